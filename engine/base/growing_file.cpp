// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/growing_file.h"

#include "engine/base/atomic_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace sida
{

namespace fs = std::filesystem;

namespace
{

tl::unexpected<Error> ioFailure(const fs::path& path, std::string_view doing)
{
    return failure(
        ErrorKind::io, fmt::format("{}: {} failed: {}", path.string(), doing, std::strerror(errno)));
}

} // namespace

struct GrowingFile::State {
    ~State()
    {
        if (file >= 0)
            ::close(file);
        if (!committed)
            ::unlink(temporary.c_str());
    }
    fs::path target;
    fs::path temporary;
    int file = -1;
    bool committed = false;
};

GrowingFile::GrowingFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
GrowingFile::GrowingFile(GrowingFile&&) noexcept = default;
GrowingFile& GrowingFile::operator=(GrowingFile&&) noexcept = default;
GrowingFile::~GrowingFile() = default;

Result<GrowingFile> GrowingFile::create(const fs::path& path)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        return badInput(fmt::format("{}: is a folder; name a file to write", path.string()));
    auto state = std::make_unique<State>();
    SIDA_TRY_ASSIGN(state->target, targetOf(path));
    state->temporary = temporaryBeside(state->target);
    state->file = ::open(state->temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (state->file < 0)
        return ioFailure(path, "creating the file");
    return GrowingFile(std::move(state));
}

Status GrowingFile::writeAt(std::uint64_t offset, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written
            = ::pwrite(m_state->file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return ioFailure(m_state->target, "writing");
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Status GrowingFile::readAt(std::uint64_t offset, std::span<std::byte> bytes) const
{
    while (!bytes.empty()) {
        const ssize_t read = ::pread(m_state->file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (read < 0 && errno == EINTR)
            continue;
        if (read == 0)
            errno = EIO;
        if (read <= 0)
            return ioFailure(m_state->target, "reading what was written");
        offset += static_cast<std::uint64_t>(read);
        bytes = bytes.subspan(static_cast<std::size_t>(read));
    }
    return {};
}

Status GrowingFile::commit()
{
    if (::fsync(m_state->file) != 0)
        return ioFailure(m_state->target, "writing to disk");
    if (::rename(m_state->temporary.c_str(), m_state->target.c_str()) != 0)
        return ioFailure(m_state->target, "renaming the finished file");
    m_state->committed = true;
    return {};
}

} // namespace sida
