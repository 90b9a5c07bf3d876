// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sida
{

namespace fs = std::filesystem;

namespace
{

Status ioFailure(const fs::path& path, std::string_view doing)
{
    return failure(
        ErrorKind::io, fmt::format("{}: {} failed: {}", path.string(), doing, std::strerror(errno)));
}

Status syncToDisk(const fs::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return ioFailure(path, "reopening");
    const int result = ::fsync(file);
    ::close(file);
    return result == 0 ? Status{} : ioFailure(path, "writing to disk");
}

Status writeStream(const fs::path& path, const std::function<Status(std::ostream&)>& write)
{
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    if (!stream)
        return ioFailure(path, "creating the file");
    SIDA_TRY(write(stream));
    stream.close();
    return stream ? Status{} : ioFailure(path, "writing");
}

} // namespace

Result<fs::path> targetOf(const fs::path& path)
{
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(path, error)))
        return path;
    fs::path target = fs::canonical(path, error);
    if (error)
        return badInput(fmt::format("{}: is a link that leads nowhere; remove it", path.string()));
    return target;
}

fs::path temporaryBeside(const fs::path& target)
{
    fs::path temporary = target;
    temporary += fmt::format(".{}.tmp", ::getpid());
    return temporary;
}

Status writeFileAtomically(const fs::path& path, const std::function<Status(std::ostream&)>& write)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status))
        return badInput(fmt::format("{}: is a folder; name a file to write", path.string()));
    if (fs::exists(status) && !fs::is_regular_file(status))
        return writeStream(path, write);
    SIDA_TRY_ASSIGN(const fs::path target, targetOf(path));
    const fs::path temporary = temporaryBeside(target);
    Status written = writeStream(temporary, write);
    if (written)
        written = syncToDisk(temporary);
    if (written && ::rename(temporary.c_str(), target.c_str()) != 0)
        written = ioFailure(target, "renaming the finished file");
    if (!written)
        fs::remove(temporary, error);
    return written;
}

Status writeFileAtomically(const fs::path& path, std::string_view content)
{
    return writeFileAtomically(path, [&](std::ostream& stream) -> Status {
        stream.write(content.data(), static_cast<std::streamsize>(content.size()));
        return {};
    });
}

Result<std::string> readSmallFile(const fs::path& path, std::uint64_t limit)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        return badInput(fmt::format("{}: no such file", path.string()));
    if (!fs::is_regular_file(status))
        return badInput(fmt::format("{}: expected a file, found something else", path.string()));
    const std::uint64_t size = fs::file_size(path, error);
    if (size > limit)
        return badInput(fmt::format(
            "{}: {} bytes, expected at most {} for a file of this kind", path.string(), size, limit));
    std::ifstream stream(path, std::ios::binary);
    std::string content(size, '\0');
    if (!stream.read(content.data(), static_cast<std::streamsize>(size)))
        return failure(
            ErrorKind::io, fmt::format("{}: reading failed: {}", path.string(), std::strerror(errno)));
    return content;
}

} // namespace sida
