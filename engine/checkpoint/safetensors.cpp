// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/safetensors.h"

#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/safetensors_header.h"
#include "engine/checkpoint/widen.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sida::checkpoint
{

namespace fs = std::filesystem;

namespace
{

/// What is read before it is widened: small enough for the second-level cache.
constexpr std::size_t kChunkBytes = 256 * 1024;

Status ioFailure(const fs::path& path, std::string_view doing)
{
    return failure(
        ErrorKind::io, fmt::format("{}: {} failed: {}", path.string(), doing, std::strerror(errno)));
}

class Descriptor
{
public:
    explicit Descriptor(int value)
        : m_value(value)
    {
    }
    ~Descriptor()
    {
        if (m_value >= 0)
            ::close(m_value);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_value; }

private:
    int m_value;
};

Status readAt(int file, const fs::path& path, std::uint64_t offset, std::span<std::byte> out)
{
    while (!out.empty()) {
        const ssize_t got = ::pread(file, out.data(), out.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ioFailure(path, "reading");
        if (got == 0)
            return failure(
                ErrorKind::io,
                fmt::format("{}: the file became shorter while it was read; load it again", path.string()));
        out = out.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
    return {};
}

Result<std::uint64_t> headerLength(int file, const fs::path& path, std::uint64_t fileBytes)
{
    std::array<std::byte, 8> raw{};
    if (fileBytes < raw.size())
        return badInput(fmt::format(
            "{}: {} bytes, expected at least 8; this is no safetensors file, or its download was cut off",
            path.string(), fileBytes));
    SIDA_TRY(readAt(file, path, 0, raw));
    std::uint64_t length = 0;
    std::memcpy(&length, raw.data(), raw.size());
    if (length > kMaxHeaderBytes)
        return badInput(fmt::format(
            "{}: the header claims {} bytes, expected at most {}; this is no safetensors file", path.string(),
            length, kMaxHeaderBytes));
    if (length > fileBytes - raw.size())
        return badInput(fmt::format(
            "{}: the header claims {} bytes, found {} after its length; the file was cut off", path.string(),
            length, fileBytes - raw.size()));
    return length;
}

} // namespace

struct SafetensorsFile::State {
    explicit State(fs::path where, int descriptor)
        : path(std::move(where))
        , file(descriptor)
    {
    }
    fs::path path;
    Descriptor file;
    std::uint64_t bytes = 0;
    SafetensorsHeader header;
};

std::uint64_t TensorEntry::elements() const
{
    std::uint64_t product = 1;
    for (const std::int64_t extent : shape)
        product *= static_cast<std::uint64_t>(extent);
    return product;
}

SafetensorsFile::SafetensorsFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

Result<SafetensorsFile> SafetensorsFile::open(const fs::path& path)
{
    // Without O_NONBLOCK a named pipe would wait for a writer for ever.
    auto state = std::make_unique<State>(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const int file = state->file.get();
    if (file < 0 && (errno == ENOENT || errno == ENOTDIR))
        return badInput(fmt::format("{}: no such file", path.string()));
    if (file < 0)
        return failure(ioFailure(path, "opening").error());
    struct stat status {
    };
    if (::fstat(file, &status) != 0)
        return failure(ioFailure(path, "looking at the file").error());
    if (!S_ISREG(status.st_mode))
        return badInput(fmt::format("{}: expected a safetensors file, found something else", path.string()));
    state->bytes = static_cast<std::uint64_t>(status.st_size);

    SIDA_TRY_ASSIGN(const std::uint64_t length, headerLength(file, path, state->bytes));
    std::string text(length, '\0');
    SIDA_TRY(readAt(file, path, 8, std::as_writable_bytes(std::span(text))));
    SIDA_TRY_ASSIGN(state->header, parseSafetensorsHeader(text, 8 + length, state->bytes, path.string()));
    return SafetensorsFile(std::move(state));
}

const fs::path& SafetensorsFile::path() const
{
    return m_state->path;
}

const std::vector<TensorEntry>& SafetensorsFile::tensors() const
{
    return m_state->header.tensors;
}

const TensorEntry* SafetensorsFile::find(std::string_view name) const
{
    const SafetensorsHeader& header = m_state->header;
    const auto at = std::lower_bound(
        header.byName.begin(), header.byName.end(), name,
        [&](std::uint32_t index, std::string_view wanted) { return header.tensors[index].name < wanted; });
    if (at == header.byName.end() || header.tensors[*at].name != name)
        return nullptr;
    return &header.tensors[*at];
}

const std::map<std::string, std::string>& SafetensorsFile::metadata() const
{
    return m_state->header.metadata;
}

std::uint64_t SafetensorsFile::fileBytes() const
{
    return m_state->bytes;
}

Status SafetensorsFile::read(const TensorEntry& entry, std::span<std::byte> out) const
{
    if (out.size() != entry.end - entry.begin)
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: tensor {} has {} bytes, the buffer for it {}", path().string(), quote(entry.name),
                entry.end - entry.begin, out.size()));
    return readAt(m_state->file.get(), path(), entry.begin, out);
}

Status SafetensorsFile::readF32(const TensorEntry& entry, std::span<float> out) const
{
    if (out.size() != entry.elements())
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: tensor {} has {} elements, the buffer for it {}", path().string(), quote(entry.name),
                entry.elements(), out.size()));
    void (*widen)(std::span<const std::byte>, std::span<float>) = nullptr;
    switch (entry.type) {
    case StorageType::f32:
        return read(entry, std::as_writable_bytes(out));
    case StorageType::bf16:
        widen = widenBf16;
        break;
    case StorageType::f16:
        widen = widenF16;
        break;
    case StorageType::f64:
        widen = widenF64;
        break;
    default:
        return badInput(fmt::format(
            "{}: tensor {} has type {}, expected F32, BF16, F16 or F64; convert the model to one of them",
            path().string(), quote(entry.name), name(entry.type)));
    }
    const std::size_t elementBytes = static_cast<std::size_t>(bits(entry.type)) / 8;
    std::vector<std::byte> chunk(std::min(kChunkBytes, out.size() * elementBytes));
    std::uint64_t offset = entry.begin;
    while (!out.empty()) {
        const std::size_t count = std::min(out.size(), kChunkBytes / elementBytes);
        const std::span<std::byte> raw = std::span(chunk).first(count * elementBytes);
        SIDA_TRY(readAt(m_state->file.get(), path(), offset, raw));
        widen(raw, out.first(count));
        out = out.subspan(count);
        offset += raw.size();
    }
    return {};
}

} // namespace sida::checkpoint
