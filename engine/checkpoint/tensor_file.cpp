// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/tensor_file.h"

#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/tensor_file_state.h"
#include "engine/checkpoint/widen.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace sida::checkpoint
{

namespace fs = std::filesystem;

namespace
{

/// What is read before it is converted: small enough for the second-level cache.
constexpr std::size_t kChunkBytes = 256 * 1024;

Status ioFailure(const fs::path& path, std::string_view doing)
{
    return failure(
        ErrorKind::io, fmt::format("{}: {} failed: {}", path.string(), doing, std::strerror(errno)));
}

std::size_t bytesOf(StorageType type)
{
    return static_cast<std::size_t>(bits(type)) / 8;
}

bool isFloat(StorageType type)
{
    return type == StorageType::f32 || type == StorageType::bf16 || type == StorageType::f16
        || type == StorageType::f64;
}

/// Elements of a strided tensor in the order of its rows, last dimension fastest.
class StridedCopy
{
public:
    StridedCopy(const TensorEntry& entry, std::span<const std::byte> from, std::span<std::byte> to)
        : m_entry(entry)
        , m_from(from)
        , m_to(to.data())
        , m_size(bytesOf(entry.type))
    {
    }
    void run() { copy(0, 0); }

private:
    void copy(std::size_t dimension, std::uint64_t element)
    {
        if (dimension == m_entry.shape.size()) {
            std::memcpy(m_to, m_from.data() + element * m_size, m_size);
            m_to += m_size;
            return;
        }
        for (std::int64_t i = 0; i < m_entry.shape[dimension]; ++i)
            copy(dimension + 1, element + static_cast<std::uint64_t>(i * m_entry.strides[dimension]));
    }

    const TensorEntry& m_entry;
    std::span<const std::byte> m_from;
    std::byte* m_to;
    std::size_t m_size;
};

} // namespace

Status TensorFile::State::readAt(std::uint64_t offset, std::span<std::byte> out) const
{
    while (!out.empty()) {
        const ssize_t got = ::pread(file.get(), out.data(), out.size(), static_cast<off_t>(offset));
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

std::uint64_t TensorEntry::elements() const
{
    std::uint64_t product = 1;
    for (const std::int64_t extent : shape)
        product *= static_cast<std::uint64_t>(extent);
    return product;
}

std::uint64_t TensorEntry::bytes() const
{
    return elements() * static_cast<std::uint64_t>(bits(type)) / 8;
}

TensorFile::TensorFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
TensorFile::~TensorFile() = default;
TensorFile::TensorFile(TensorFile&&) noexcept = default;
TensorFile& TensorFile::operator=(TensorFile&&) noexcept = default;

Result<std::unique_ptr<TensorFile::State>> TensorFile::openFile(const fs::path& path, std::string_view what)
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
        return badInput(fmt::format("{}: expected {}, found something else", path.string(), what));
    state->bytes = static_cast<std::uint64_t>(status.st_size);
    return state;
}

const fs::path& TensorFile::path() const
{
    return m_state->path;
}

const std::vector<TensorEntry>& TensorFile::tensors() const
{
    return m_state->tensors;
}

const TensorEntry* TensorFile::find(std::string_view name) const
{
    const auto at = std::lower_bound(
        m_state->byName.begin(), m_state->byName.end(), name,
        [&](std::uint32_t index, std::string_view wanted) { return m_state->tensors[index].name < wanted; });
    if (at == m_state->byName.end() || m_state->tensors[*at].name != name)
        return nullptr;
    return &m_state->tensors[*at];
}

std::uint64_t TensorFile::fileBytes() const
{
    return m_state->bytes;
}

Status TensorFile::read(const TensorEntry& entry, std::span<std::byte> out) const
{
    if (out.size() != entry.bytes())
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: tensor {} has {} bytes, the buffer for it {}", path().string(), quote(entry.name),
                entry.bytes(), out.size()));
    return readStored(entry, 0, out);
}

Status TensorFile::read(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const
{
    const std::uint64_t bytes = entry.bytes();
    if (first > bytes || out.size() > bytes - first || (!entry.strides.empty() && out.size() != bytes))
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: tensor {} has {} bytes, asked for {} from {} on", path().string(), quote(entry.name),
                bytes, out.size(), first));
    return readStored(entry, first, out);
}

Status TensorFile::readStored(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const
{
    if (!entry.strides.empty())
        return gather(entry, out);
    return m_state->readAt(entry.begin + first, out);
}

Status TensorFile::gather(const TensorEntry& entry, std::span<std::byte> out) const
{
    if (out.empty())
        return {};
    std::vector<std::byte> raw(entry.end - entry.begin);
    SIDA_TRY(m_state->readAt(entry.begin, raw));
    StridedCopy(entry, raw, out).run();
    return {};
}

Status TensorFile::readAs(StorageType type, const TensorEntry& entry, std::span<std::byte> out) const
{
    if (out.size() != entry.elements() * bytesOf(type))
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: tensor {} has {} elements, the buffer for it {} bytes", path().string(),
                quote(entry.name), entry.elements(), out.size()));
    return convert(type, entry, 0, out);
}

Status TensorFile::readF32(const TensorEntry& entry, std::span<float> out) const
{
    return readAs(StorageType::f32, entry, std::as_writable_bytes(out));
}

Status TensorFile::readAs(
    StorageType type, const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const
{
    const std::uint64_t count = out.size() / bytesOf(type);
    if (first > entry.elements() || count > entry.elements() - first || out.size() % bytesOf(type) != 0)
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: tensor {} has {} elements, asked for {} from {} on", path().string(), quote(entry.name),
                entry.elements(), count, first));
    return convert(type, entry, first, out);
}

Status TensorFile::readF32(const TensorEntry& entry, std::uint64_t first, std::span<float> out) const
{
    return readAs(StorageType::f32, entry, first, std::as_writable_bytes(out));
}

Status TensorFile::convert(
    StorageType type, const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const
{
    if (!isFloat(entry.type))
        return badInput(fmt::format(
            "{}: tensor {} has type {}, expected F32, BF16, F16 or F64; convert the model to one of them",
            path().string(), quote(entry.name), name(entry.type)));
    const std::size_t from = bytesOf(entry.type);
    const std::size_t to = bytesOf(type);
    if (!entry.strides.empty()) {
        std::vector<std::byte> raw(entry.bytes());
        SIDA_TRY(gather(entry, raw));
        convertElements(entry.type, std::span(raw).subspan(first * from, out.size() / to * from), type, out);
        return {};
    }
    std::uint64_t offset = first * from;
    if (type == entry.type)
        return readStored(entry, offset, out);
    std::vector<std::byte> chunk(std::min(kChunkBytes, out.size() / to * from));
    while (!out.empty()) {
        const std::size_t count = std::min(out.size() / to, kChunkBytes / from);
        const std::span<std::byte> raw = std::span(chunk).first(count * from);
        SIDA_TRY(readStored(entry, offset, raw));
        convertElements(entry.type, raw, type, out.first(count * to));
        out = out.subspan(count * to);
        offset += raw.size();
    }
    return {};
}

void TensorFile::forget(const TensorEntry& entry, std::uint64_t first, std::uint64_t count) const
{
    std::uint64_t begin = entry.begin;
    std::uint64_t end = entry.end;
    if (entry.strides.empty()) {
        const std::uint64_t size = bytesOf(entry.type);
        end = begin + (first + count) * size;
        begin += first * size;
    }
    ::posix_fadvise(
        m_state->file.get(), static_cast<off_t>(begin), static_cast<off_t>(end - begin), POSIX_FADV_DONTNEED);
}

} // namespace sida::checkpoint
