// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"
#include "engine/profile/row_order.h"
#include "engine/session/live_sessions.h"
#include "engine/session/session.h"
#include "engine/session/session_header.h"
#include "engine/session/snapshot.h"
#include "engine/session/tables.h"

#include <fmt/format.h>

namespace sida::session
{

namespace
{

constexpr std::uint64_t kRowsBetweenReports = 1 << 16;
constexpr int kAttempts = 3;

/// Tables that older files of this version do not have.
template <typename Row>
constexpr bool kCameLater
    = std::is_same_v<Row, api::PrefetchSwitchRow> || std::is_same_v<Row, api::CalibrationRow>;

/// The name of the table in the file.
template <typename Row>
std::string storedIn()
{
    return fmt::format("{}{}", TableOf<Row>::kName, TableOf<Row>::kPacked ? "_packed" : "");
}

template <typename Row>
constexpr const char* howMany()
{
    // The sum is for progress only: what a packed row really holds is checked when it is read.
    return TableOf<Row>::kPacked ? "coalesce(sum(min(max(count, 0), 32)), 0)" : "count(*)";
}

PackedRow readPackedRow(RowInput& in, PackedColumns columns)
{
    PackedRow row;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].held == Held::once)
            row.once[i] = in.amount();
    row.baseNs = hasBase(columns) ? in.amount() : 0;
    row.baseBatch = hasBaseBatch(columns) ? in.amount() : 0;
    row.count = static_cast<std::size_t>(in.integer(1, kRecordsPerRow));
    row.records = in.bytes();
    return row;
}

/// One reading of one file; the members are what its steps share.
class Reading
{
public:
    Reading(Database& database, std::string file, const ProgressSink& progress, const std::stop_token& stop)
        : m_database(database)
        , m_file(std::move(file))
        , m_report(progress)
        , m_stop(stop)
    {
    }

    Result<std::shared_ptr<const api::Recording>> read();

private:
    Status check();
    Status countRows(const api::RecordingChunk& kinds);
    template <typename Row>
    Result<bool> isThere();
    template <typename Row>
    Status readTable(std::vector<Row>& rows, const api::RunHeader& header);
    template <typename Row>
    Status readPlainTable(std::vector<Row>& rows, const api::RunHeader& header);
    template <typename Row>
    Status readPackedTable(std::vector<Row>& rows, const api::RunHeader& header);
    Status readNotes(api::Recording& recording);
    Status report();

    Database& m_database;
    std::string m_file;
    CalmProgress m_report;
    const std::stop_token& m_stop;
    Progress m_progress{"Checking the session", 0, 0};
};

Status Reading::report()
{
    if (m_stop.stop_requested())
        return failure(ErrorKind::cancelled, fmt::format("{}: stopped", m_file));
    m_report(m_progress);
    return {};
}

Status Reading::check()
{
    SIDA_TRY(report());
    // One transaction for everything that follows: a recording may go on meanwhile.
    SIDA_TRY(m_database.execute("PRAGMA cell_size_check=ON; BEGIN"));
    SIDA_TRY_ASSIGN(
        const std::int64_t notStored,
        m_database.integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage < 2"));
    if (notStored > 0)
        return failure(damaged(m_file, "a table is not stored in the file"));
    SIDA_TRY_ASSIGN(const std::string verdict, m_database.text("PRAGMA quick_check(1)"));
    if (verdict != "ok")
        return failure(damaged(m_file, cleanText(verdict.substr(0, verdict.find('\n')))));
    return {};
}

template <typename Row>
Result<bool> Reading::isThere()
{
    if constexpr (!kCameLater<Row>) {
        return true; // if it is missing, the file is damaged
    } else {
        SIDA_TRY_ASSIGN(
            const std::int64_t found,
            m_database.integer(fmt::format(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{}'", storedIn<Row>())));
        return found > 0;
    }
}

Status Reading::countRows(const api::RecordingChunk& kinds)
{
    Status status;
    forEachTable(kinds, [&]<typename Row>(const std::vector<Row>&) {
        if (!status)
            return;
        const Result<bool> there = isThere<Row>();
        if (!there)
            status = failure(there.error());
        if (!there || !*there)
            return;
        const auto count
            = m_database.integer(fmt::format("SELECT {} FROM \"{}\"", howMany<Row>(), storedIn<Row>()));
        if (count)
            m_progress.total += static_cast<std::uint64_t>(*count);
        else
            status = failure(count.error());
    });
    return status;
}

template <typename Row>
Status Reading::readTable(std::vector<Row>& rows, const api::RunHeader& header)
{
    SIDA_TRY_ASSIGN(const bool there, isThere<Row>());
    if (!there)
        return {};
    if constexpr (TableOf<Row>::kPacked)
        return readPackedTable(rows, header);
    else
        return readPlainTable(rows, header);
}

template <typename Row>
Status Reading::readPlainTable(std::vector<Row>& rows, const api::RunHeader& header)
{
    using Table = TableOf<Row>;
    SIDA_TRY_ASSIGN(
        Statement statement,
        m_database.prepare(
            fmt::format("SELECT {} FROM \"{}\" ORDER BY {}", Table::kColumns, Table::kName, Table::kOrder)));
    RowInput in(statement, Table::kName, header);
    for (;;) {
        SIDA_TRY_ASSIGN(const bool found, statement.next());
        if (!found)
            return {};
        in.beginRow();
        rows.push_back(Table::read(in));
        if (in.problem())
            return failure(damaged(m_file, *in.problem()));
        if (++m_progress.done % kRowsBetweenReports == 0)
            SIDA_TRY(report());
    }
}

template <typename Row>
Status Reading::readPackedTable(std::vector<Row>& rows, const api::RunHeader& header)
{
    using Table = TableOf<Row>;
    constexpr PackedColumns kColumns = Table::kPacking;
    const std::string name = storedIn<Row>();
    SIDA_TRY_ASSIGN(
        Statement statement,
        m_database.prepare(
            fmt::format("SELECT {} FROM \"{}\" ORDER BY rowid", packedColumnNames(kColumns), name)));
    RowInput packedIn(statement, name, header);
    RowInput in(statement, Table::kName, header);
    std::vector<ColumnValues> unpacked;
    for (;;) {
        SIDA_TRY_ASSIGN(const bool found, statement.next());
        if (!found)
            return {};
        packedIn.beginRow();
        const PackedRow packed = readPackedRow(packedIn, kColumns);
        unpacked.clear();
        if (!packedIn.problem()) {
            const Status sound = unpack(kColumns, packed, unpacked);
            if (!sound)
                packedIn.refuse(sound.error().message);
        }
        if (packedIn.problem())
            return failure(damaged(m_file, *packedIn.problem()));
        for (const ColumnValues& values : unpacked) {
            in.beginRow(values, kColumns);
            rows.push_back(Table::read(in));
        }
        if (in.problem())
            return failure(damaged(m_file, *in.problem()));
        const std::uint64_t before = m_progress.done / kRowsBetweenReports;
        m_progress.done += unpacked.size();
        if (m_progress.done / kRowsBetweenReports != before)
            SIDA_TRY(report());
    }
}

Status Reading::readNotes(api::Recording& recording)
{
    SIDA_TRY_ASSIGN(
        Statement statement, m_database.prepare("SELECT time_ns, text FROM notes ORDER BY time_ns, id"));
    RowInput in(statement, "notes", recording.header);
    for (;;) {
        SIDA_TRY_ASSIGN(const bool found, statement.next());
        if (!found)
            return {};
        in.beginRow();
        api::Note note;
        note.time = in.amount();
        note.text = in.text();
        if (in.problem())
            return failure(damaged(m_file, *in.problem()));
        recording.notes.push_back(std::move(note));
    }
}

Result<std::shared_ptr<const api::Recording>> Reading::read()
{
    SIDA_TRY(check());
    SIDA_TRY_ASSIGN(StoredHeader stored, readHeader(m_database, m_file));
    auto recording = std::make_shared<api::Recording>();
    recording->header = std::move(stored.header);
    recording->failure = std::move(stored.failure);
    // Nobody wrote how the run ended: it was killed, or still goes on.
    recording->state
        = stored.state == api::RecordingState::running ? api::RecordingState::recovered : stored.state;
    m_progress.stage = "Reading the session";
    SIDA_TRY(countRows(recording->rows));
    Status status;
    forEachTable(recording->rows, [&](auto& rows) {
        if (status)
            status = readTable(rows, recording->header);
    });
    if (!status)
        return failure(status.error());
    SIDA_TRY(readNotes(*recording));
    recording->rows.droppedEvents = stored.droppedEvents;
    profile::orderRows(recording->rows);
    SIDA_TRY(report());
    return recording;
}

} // namespace

Status checkSession(const std::filesystem::path& path)
{
    if (LiveSession::isRecordedHere(path))
        return {};
    SIDA_TRY_ASSIGN(const FileHead head, readFileHead(path));
    if (!head.sqlite || head.applicationId != static_cast<std::uint32_t>(kApplicationId))
        return badInput(fmt::format(
            "{}: not a session: expected a .sida file, found {}", path.string(),
            head.sqlite ? "a SQLite database of another program" : "something else"));
    if (head.userVersion > static_cast<std::uint32_t>(kSchemaVersion))
        return badInput(fmt::format(
            "{}: a session of format version {}, this program reads up to version {}; open it with a newer "
            "SiDA Studio",
            path.string(), head.userVersion, kSchemaVersion));
    if (head.userVersion == 0)
        return failure(damaged(path.string(), "format version 0 does not exist"));
    return {};
}

Result<std::shared_ptr<const api::Recording>>
readSession(const std::filesystem::path& path, const ProgressSink& progress, const std::stop_token& stop)
{
    SIDA_TRY(checkSession(path));
    for (int attempt = 1;; ++attempt) {
        SIDA_TRY_ASSIGN(Snapshot snapshot, Snapshot::open(path, progress, stop));
        snapshot.database().distrust();
        snapshot.database().stopOn(stop);
        auto recording = Reading(snapshot.database(), path.string(), progress, stop).read();
        if (snapshot.stillHolds() || attempt == kAttempts)
            return recording;
    }
}

bool isSession(const std::filesystem::path& path)
{
    if (LiveSession::isRecordedHere(path))
        return true;
    const Result<FileHead> head = readFileHead(path);
    return head && head->sqlite && head->applicationId == static_cast<std::uint32_t>(kApplicationId);
}

} // namespace sida::session
