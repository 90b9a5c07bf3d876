// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/live_sessions.h"
#include "engine/session/session.h"
#include "engine/session/sqlite_handle.h"

#include <fmt/format.h>
#include <unistd.h>

namespace sida::session
{

namespace
{

Status replaceNotes(Database& database, const std::vector<api::Note>& notes)
{
    // Below zero stands what recording itself had to say; it stays, and is not written twice.
    SIDA_TRY(database.execute("DELETE FROM notes WHERE id >= 0"));
    SIDA_TRY_ASSIGN(
        Statement insert,
        database.prepare("INSERT INTO notes(id, time_ns, text) SELECT ?1, ?2, ?3 WHERE NOT EXISTS "
                         "(SELECT 1 FROM notes WHERE id < 0 AND time_ns = ?2 AND text = ?3)"));
    std::int64_t id = 0;
    for (const api::Note& note : notes) {
        insert.bind(++id, note.time, note.text);
        SIDA_TRY(insert.run());
    }
    return {};
}

} // namespace

Status saveNotes(const std::filesystem::path& path, const std::vector<api::Note>& notes)
{
    SIDA_TRY(checkSession(path));
    const std::optional<int> holder = LiveSession::holder(path);
    if (holder || LiveSession::isRecordedHere(path))
        return failure(
            ErrorKind::io,
            fmt::format(
                "{}: process {} is recording this session; its notes can be changed when it has ended",
                path.string(), holder.value_or(::getpid())));
    SIDA_TRY_ASSIGN(
        Database database, Database::open(path.string(), Database::Mode::readWrite, path.string()));
    // A file from elsewhere may hold triggers that would do more than we ask for.
    database.distrust();
    SIDA_TRY(database.execute("BEGIN IMMEDIATE"));
    Status status = replaceNotes(database, notes);
    if (status)
        status = database.execute("COMMIT");
    if (!status)
        (void)database.execute("ROLLBACK"); // SQLite may have done it by itself
    return status;
}

} // namespace sida::session
