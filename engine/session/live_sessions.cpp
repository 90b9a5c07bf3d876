// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/live_sessions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace sida::session
{

namespace
{

// Bytes of a database that SQLite locks (its file format, "PENDING_BYTE").
constexpr off_t kPendingByte = 0x40000000;
constexpr off_t kSharedFirst = kPendingByte + 2;
constexpr off_t kSharedSize = 510;

struct Registry {
    std::mutex mutex;
    std::multiset<std::string> keys;
};

Registry& registry()
{
    static Registry instance;
    return instance;
}

/// The same for every name of one file; empty when there is none.
std::string keyOf(const std::filesystem::path& path)
{
    struct stat status {
    };
    if (::stat(path.c_str(), &status) != 0)
        return {};
    return fmt::format("{}:{}", status.st_dev, status.st_ino);
}

} // namespace

LiveSession::LiveSession(const std::filesystem::path& path)
    : m_key(keyOf(path))
{
    const std::lock_guard lock(registry().mutex);
    registry().keys.insert(m_key);
}

LiveSession::~LiveSession()
{
    const std::lock_guard lock(registry().mutex);
    registry().keys.erase(registry().keys.find(m_key));
}

bool LiveSession::isRecordedHere(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    const std::lock_guard lock(registry().mutex);
    return !key.empty() && registry().keys.contains(key);
}

std::optional<int> LiveSession::holder(const std::filesystem::path& path)
{
    if (isRecordedHere(path))
        return std::nullopt;
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0)
        return std::nullopt;
    struct flock lock {
    };
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = kSharedFirst;
    lock.l_len = kSharedSize;
    const bool held = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(file);
    return held ? std::optional<int>(lock.l_pid) : std::nullopt;
}

} // namespace sida::session
