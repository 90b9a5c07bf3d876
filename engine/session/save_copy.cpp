// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"
#include "engine/session/session.h"
#include "engine/session/snapshot.h"

#include <fmt/format.h>

namespace sida::session
{

namespace fs = std::filesystem;

namespace
{

constexpr int kAttempts = 3;

Status
copyOnce(Snapshot& snapshot, const fs::path& to, const ProgressSink& progress, const std::stop_token& stop)
{
    SIDA_TRY_ASSIGN(Database target, Database::open(to.string(), Database::Mode::create, to.string()));
    SIDA_TRY(snapshot.database().copyTo(target, progress, stop));
    // The copy of a session that is being recorded would go on with its write-ahead log.
    return target.execute("PRAGMA journal_mode = DELETE");
}

} // namespace

Status
saveCopy(const fs::path& from, const fs::path& to, const ProgressSink& progress, const std::stop_token& stop)
{
    if (!isSession(from))
        return failure(ErrorKind::badInput, fmt::format("{}: expected a session", from.string()));
    std::error_code error;
    if (fs::equivalent(from, to, error))
        return failure(
            ErrorKind::usage, fmt::format("{}: a session cannot be saved over itself", to.string()));
    SIDA_TRY_ASSIGN(const fs::path target, targetOf(to));
    const fs::path beside = temporaryBeside(target);
    Status copied;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        fs::remove(beside, error);
        SIDA_TRY_ASSIGN(Snapshot snapshot, Snapshot::open(from, progress, stop));
        copied = copyOnce(snapshot, beside, progress, stop);
        if (copied && !snapshot.stillHolds())
            copied = failure(
                ErrorKind::io, fmt::format("{}: it is being written too fast to be copied", from.string()));
        else
            break;
    }
    if (copied) {
        fs::rename(beside, target, error);
        if (!error)
            return {};
        copied
            = failure(ErrorKind::io, fmt::format("{}: cannot be written: {}", to.string(), error.message()));
    }
    fs::remove(beside, error);
    return copied;
}

} // namespace sida::session
