// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/sqlite_handle.h"

#include <filesystem>
#include <fmt/format.h>
#include <sqlite3.h>
#include <utility>

namespace sida::session
{

namespace
{

constexpr int kBusyMilliseconds = 5000;
constexpr int kLongestValue = 16 << 20;
constexpr int kInstructionsBetweenStopChecks = 20'000;

/// SQLite's URI form of a path, for the options that only a URI can carry.
std::string fileUri(const std::string& path, std::string_view options)
{
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(path).string()) {
        if (c == '?' || c == '#' || c == '%')
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        else
            uri += c;
    }
    return uri + std::string(options);
}

} // namespace

Error sqliteError(sqlite3* connection, const std::string& file)
{
    const int code = sqlite3_errcode(connection) & 0xff;
    const std::string detail = sqlite3_errmsg(connection);
    switch (code) {
    case SQLITE_INTERRUPT:
        return {ErrorKind::cancelled, fmt::format("{}: stopped", file)};
    case SQLITE_FULL:
        return {
            ErrorKind::io,
            fmt::format("{}: the disk is full; free some space or record to another disk", file)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
        return {
            ErrorKind::badInput,
            fmt::format("{}: the session is damaged ({}); use a copy that was made before", file, detail)};
    case SQLITE_ERROR:
        return {
            ErrorKind::badInput,
            fmt::format("{}: expected the tables of a session, found something else ({})", file, detail)};
    case SQLITE_CONSTRAINT:
        return {ErrorKind::internal, fmt::format("{}: a row that cannot be stored ({})", file, detail)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {
            ErrorKind::io,
            fmt::format("{}: another program holds the file ({}); close it and try again", file, detail)};
    default:
        return {
            ErrorKind::io,
            fmt::format(
                "{}: the system refused to read or write ({}); check space and rights", file, detail)};
    }
}

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const
{
    sqlite3_finalize(statement);
}

Statement::Statement(sqlite3_stmt* statement, std::string file)
    : m_statement(statement)
    , m_file(std::move(file))
{
}

void Statement::bindInteger(int place, std::int64_t value)
{
    sqlite3_bind_int64(m_statement.get(), place + 1, value);
}
void Statement::bindReal(int place, double value)
{
    sqlite3_bind_double(m_statement.get(), place + 1, value);
}
void Statement::bindText(int place, std::string_view value)
{
    sqlite3_bind_text64(
        m_statement.get(), place + 1, value.data() ? value.data() : "", value.size(), SQLITE_TRANSIENT,
        SQLITE_UTF8);
}

Status Statement::run()
{
    const Result<bool> stepped = next();
    sqlite3_reset(m_statement.get());
    if (!stepped)
        return failure(stepped.error());
    return {};
}

Result<bool> Statement::next()
{
    switch (sqlite3_step(m_statement.get())) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return failure(sqliteError(sqlite3_db_handle(m_statement.get()), m_file));
    }
}

bool Statement::isInteger(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_INTEGER;
}
bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}
double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement.get(), column);
}
std::string_view Statement::text(int column) const
{
    const auto* data = sqlite3_column_text(m_statement.get(), column);
    if (!data)
        return {};
    return {
        reinterpret_cast<const char*>(data),
        static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column))};
}
std::string Statement::columnName(int column) const
{
    const char* name = sqlite3_column_name(m_statement.get(), column);
    return name ? name : "?";
}

void Database::Closer::operator()(sqlite3* connection) const
{
    sqlite3_close_v2(connection);
}

Database::Database(sqlite3* connection, std::string file)
    : m_connection(connection)
    , m_file(std::move(file))
{
}

Result<Database> Database::open(const std::string& path, Mode mode, std::string file)
{
    int flags = SQLITE_OPEN_NOMUTEX;
    std::string target = path;
    switch (mode) {
    case Mode::create:
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        break;
    case Mode::readWrite:
        flags |= SQLITE_OPEN_READWRITE;
        break;
    case Mode::readOnly:
        flags |= SQLITE_OPEN_READONLY;
        break;
    case Mode::unchanging:
        flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
        target = fileUri(path, "?immutable=1");
        break;
    }
    sqlite3* connection = nullptr;
    const int opened = sqlite3_open_v2(target.c_str(), &connection, flags, nullptr);
    Database database(connection, std::move(file));
    if (!connection)
        return failure(ErrorKind::internal, fmt::format("{}: no memory to open it", database.m_file));
    if (opened != SQLITE_OK)
        return failure(sqliteError(connection, database.m_file));
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_busy_timeout(connection, kBusyMilliseconds);
    return database;
}

Status Database::execute(const std::string& sql)
{
    if (sqlite3_exec(m_connection.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return failure(sqliteError(m_connection.get(), m_file));
    return {};
}

Result<Statement> Database::prepare(const std::string& sql)
{
    sqlite3_stmt* statement = nullptr;
    const auto length = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(m_connection.get(), sql.c_str(), length, &statement, nullptr) != SQLITE_OK)
        return failure(sqliteError(m_connection.get(), m_file));
    return Statement(statement, m_file);
}

Result<std::int64_t> Database::integer(const std::string& sql)
{
    SIDA_TRY_ASSIGN(Statement statement, prepare(sql));
    SIDA_TRY_ASSIGN(const bool row, statement.next());
    return row ? statement.integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql)
{
    SIDA_TRY_ASSIGN(Statement statement, prepare(sql));
    SIDA_TRY_ASSIGN(const bool row, statement.next());
    return row ? std::string(statement.text(0)) : std::string();
}

Status Database::copyTo(Database& target, const ProgressSink& progress, const std::stop_token& stop)
{
    constexpr int kPages = 1024; // 4 MiB between two looks at the stop token
    sqlite3_backup* backup
        = sqlite3_backup_init(target.m_connection.get(), "main", m_connection.get(), "main");
    if (backup == nullptr)
        return failure(sqliteError(target.m_connection.get(), target.m_file));
    int code = SQLITE_OK;
    while (code == SQLITE_OK && !stop.stop_requested()) {
        code = sqlite3_backup_step(backup, kPages);
        if (progress) {
            const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup));
            const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup));
            progress({"Copying the session", total - left, total, -1});
        }
    }
    const bool stopped = code != SQLITE_DONE && stop.stop_requested();
    sqlite3_backup_finish(backup);
    if (stopped)
        return failure(ErrorKind::cancelled, "stopped while the session was copied");
    if (code != SQLITE_DONE)
        return failure(sqliteError(target.m_connection.get(), target.m_file));
    return {};
}

void Database::distrust()
{
    sqlite3* connection = m_connection.get();
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, kLongestValue);
}

void Database::stopOn(const std::stop_token& stop)
{
    sqlite3_progress_handler(
        m_connection.get(), kInstructionsBetweenStopChecks,
        [](void* token) { return static_cast<const std::stop_token*>(token)->stop_requested() ? 1 : 0; },
        const_cast<std::stop_token*>(&stop));
}

} // namespace sida::session
