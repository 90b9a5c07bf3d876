// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/snapshot.h"

#include "engine/session/live_sessions.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <vector>

namespace sida::session
{

namespace fs = std::filesystem;

namespace
{

constexpr std::array<const char*, 2> kLogs{"-wal", "-journal"};
constexpr std::size_t kHeadBytes = 100;
constexpr std::size_t kLogHeadBytes = 32;
constexpr std::size_t kCopyBytes = std::size_t{1} << 20;
constexpr int kAttempts = 20;

fs::path withSuffix(const fs::path& path, const char* suffix)
{
    fs::path longer = path;
    longer += suffix;
    return longer;
}

/// Up to `count` bytes from the start; nothing if there is no such file.
std::string headOf(const fs::path& path, std::size_t count)
{
    std::ifstream stream(path, std::ios::binary);
    std::string head(count, '\0');
    stream.read(head.data(), static_cast<std::streamsize>(count));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    return head;
}

/// The heads of the logs beside the file. A log that starts afresh gets another head (a salt), so equal heads
/// before and after copying mean that nothing moved from the log into the file meanwhile unseen.
std::array<std::string, kLogs.size()> logHeads(const fs::path& path)
{
    std::array<std::string, kLogs.size()> heads;
    for (std::size_t i = 0; i < kLogs.size(); ++i)
        heads[i] = headOf(withSuffix(path, kLogs[i]), kLogHeadBytes);
    return heads;
}

bool hasLog(const std::array<std::string, kLogs.size()>& heads)
{
    return !heads[0].empty() || !heads[1].empty();
}

Status
copyFile(const fs::path& from, const fs::path& to, const ProgressSink& progress, const std::stop_token& stop)
{
    std::ifstream source(from, std::ios::binary);
    if (!source)
        return failure(
            ErrorKind::io, fmt::format("{}: opening failed: {}", from.string(), std::strerror(errno)));
    std::ofstream target(to, std::ios::binary | std::ios::trunc);
    std::vector<char> buffer(kCopyBytes);
    std::error_code ignored;
    Progress state{"Recovering the session", 0, fs::file_size(from, ignored)};
    CalmProgress report(progress);
    while (source && target) {
        if (stop.stop_requested())
            return failure(ErrorKind::cancelled, fmt::format("{}: stopped", from.string()));
        source.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        target.write(buffer.data(), source.gcount());
        state.done += static_cast<std::uint64_t>(source.gcount());
        report(state);
    }
    target.close();
    if (!target)
        return failure(
            ErrorKind::io,
            fmt::format(
                "{}: no room for a copy of the session to recover; free space there or set TMPDIR",
                to.parent_path().string()));
    return {};
}

std::uint32_t bigEndian(const std::string& bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

} // namespace

Result<FileHead> readFileHead(const fs::path& path)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        return badInput(fmt::format("{}: no such file", path.string()));
    if (!fs::is_regular_file(status))
        return badInput(fmt::format("{}: expected a session file, found something else", path.string()));
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        return failure(
            ErrorKind::io, fmt::format("{}: opening failed: {}", path.string(), std::strerror(errno)));
    const std::string head = headOf(path, kHeadBytes);
    constexpr std::string_view kMagic("SQLite format 3\0", 16);
    if (head.size() < kHeadBytes || !head.starts_with(kMagic))
        return FileHead{};
    return FileHead{true, bigEndian(head, 68), bigEndian(head, 60)};
}

Snapshot::Folder::~Folder()
{
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

Status Snapshot::openInPlace()
{
    m_inPlace = true;
    const auto mode
        = LiveSession::isRecordedHere(m_path) ? Database::Mode::readOnly : Database::Mode::unchanging;
    SIDA_TRY_ASSIGN(m_database, Database::open(m_path.string(), mode, m_path.string()));
    return {};
}

Status Snapshot::openCopy(const ProgressSink& progress, const std::stop_token& stop)
{
    m_inPlace = false;
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "sida-session-XXXXXX").string();
    if (error || !::mkdtemp(pattern.data()))
        return failure(
            ErrorKind::io,
            fmt::format("{}: no folder for a copy can be made: {}", pattern, std::strerror(errno)));
    m_folder = std::make_unique<Folder>(pattern);
    const fs::path copy = m_folder->path / "session";
    SIDA_TRY(copyFile(m_path, copy, progress, stop));
    for (const char* suffix : kLogs) {
        const fs::path log = withSuffix(m_path, suffix);
        if (fs::exists(log, error))
            SIDA_TRY(copyFile(log, withSuffix(copy, suffix), {}, stop));
    }
    SIDA_TRY_ASSIGN(m_database, Database::open(copy.string(), Database::Mode::readWrite, m_path.string()));
    return {};
}

Result<Snapshot>
Snapshot::open(const fs::path& path, const ProgressSink& progress, const std::stop_token& stop)
{
    Snapshot snapshot;
    snapshot.m_path = path;
    if (LiveSession::isRecordedHere(path)) {
        SIDA_TRY(snapshot.openInPlace());
        return snapshot;
    }
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto heads = logHeads(path);
        if (!hasLog(heads)) {
            SIDA_TRY(snapshot.openInPlace());
            return snapshot;
        }
        const Status copied = snapshot.openCopy(progress, stop);
        if (!copied && copied.error().kind == ErrorKind::cancelled)
            return failure(copied.error());
        if (logHeads(path) == heads) {
            if (!copied)
                return failure(copied.error());
            return snapshot;
        }
        snapshot.m_database.reset();
        snapshot.m_folder.reset();
    }
    return failure(
        ErrorKind::io,
        fmt::format("{}: it is being written too fast to be read; try again in a moment", path.string()));
}

bool Snapshot::stillHolds() const
{
    return !m_inPlace || LiveSession::isRecordedHere(m_path) || !hasLog(logHeads(m_path));
}

} // namespace sida::session
