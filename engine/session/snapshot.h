// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/base/progress.h"
#include "engine/session/sqlite_handle.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace sida::session
{

/// Passes on at most ten reports a second.
class CalmProgress
{
public:
    explicit CalmProgress(const ProgressSink& sink)
        : m_sink(sink)
    {
    }
    void operator()(const Progress& progress)
    {
        const Nanoseconds now = monotonicNow();
        if (!m_sink || now - m_last < kInterval)
            return;
        m_last = now;
        m_sink(progress);
    }

private:
    static constexpr Nanoseconds kInterval = 100'000'000;
    const ProgressSink& m_sink;
    Nanoseconds m_last = -kInterval;
};

/// What the first 100 bytes of a file say, without opening it as a database.
struct FileHead {
    bool sqlite = false;
    std::uint32_t applicationId = 0;
    std::uint32_t userVersion = 0;
};
/// An error names what is there instead of a regular file.
Result<FileHead> readFileHead(const std::filesystem::path& path);

/// A session file opened for reading in such a way that neither it nor its folder changes: nothing is locked
/// that a recording would wait for, and a log left by a killed recording is replayed on a temporary copy.
class Snapshot
{
public:
    static Result<Snapshot>
    open(const std::filesystem::path& path, const ProgressSink& progress, const std::stop_token& stop);

    Database& database() { return *m_database; }
    /// False when somebody began to write to the file meanwhile; what was read may then be torn.
    bool stillHolds() const;

private:
    /// Removes the copy when the snapshot goes.
    struct Folder {
        explicit Folder(std::filesystem::path made)
            : path(std::move(made))
        {
        }
        ~Folder();
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
        std::filesystem::path path;
    };
    Snapshot() = default;
    Status openInPlace();
    Status openCopy(const ProgressSink& progress, const std::stop_token& stop);

    std::filesystem::path m_path;
    std::unique_ptr<Folder> m_folder; ///< before the database: destroyed after it is closed
    std::optional<Database> m_database;
    bool m_inPlace = false;
};

} // namespace sida::session
