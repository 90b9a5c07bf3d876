// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/live_sessions.h"
#include "engine/session/schema.h"
#include "engine/session/session.h"
#include "engine/session/session_header.h"
#include "engine/session/tables.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace sida::session
{

namespace fs = std::filesystem;

namespace
{

constexpr std::array<const char*, 3> kSideFiles{"-wal", "-shm", "-journal"};

void removeSideFiles(const fs::path& path)
{
    for (const char* suffix : kSideFiles) {
        fs::path side = path;
        side += suffix;
        std::error_code ignored;
        fs::remove(side, ignored);
    }
}

/// What is in the way at the place of a new session, if anything.
Status checkPlace(const fs::path& path, bool replace)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        return {};
    if (!isSession(path))
        return badInput(fmt::format(
            "{}: not a session: expected a free name or a session to replace, found {}; nothing was changed",
            path.string(), fs::is_directory(status) ? "a folder" : "something else"));
    if (!replace)
        return badInput(fmt::format(
            "{}: a session is there already; nothing was changed; choose another name or replace it "
            "(--force)",
            path.string()));
    const std::optional<int> holder = LiveSession::holder(path);
    if (holder || LiveSession::isRecordedHere(path))
        return failure(
            ErrorKind::io,
            fmt::format(
                "{}: process {} has this session open; nothing was changed; close it or choose another name",
                path.string(), holder.value_or(::getpid())));
    return {};
}

Status writeEmptySession(const fs::path& temporary, const fs::path& path, const api::RunHeader& header)
{
    SIDA_TRY_ASSIGN(
        Database database, Database::open(temporary.string(), Database::Mode::create, path.string()));
    // The mode is part of the file: it opens with a log when it is at its place.
    SIDA_TRY(database.execute("PRAGMA journal_mode=WAL; BEGIN"));
    SIDA_TRY(database.execute(schemaSql()));
    SIDA_TRY(writeHeader(database, header));
    return database.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

template <typename Row>
std::string insertSql()
{
    std::string table(TableOf<Row>::kName);
    std::string columns;
    if constexpr (TableOf<Row>::kPacked) {
        table += "_packed";
        columns = packedColumnNames(TableOf<Row>::kPacking);
    } else {
        columns = TableOf<Row>::kColumns;
    }
    std::string places = "?";
    for (const char c : columns)
        places += c == ',' ? ",?" : "";
    return fmt::format("INSERT INTO {}({}) VALUES ({})", table, columns, places);
}

/// In the order of packedColumnNames().
void bindPacked(Statement& insert, PackedColumns columns, const PackedRow& row)
{
    int place = 0;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].held == Held::once)
            insert.bindAt(place++, row.once[i]);
    if (hasBase(columns))
        insert.bindAt(place++, row.baseNs);
    if (hasBaseBatch(columns))
        insert.bindAt(place++, row.baseBatch);
    insert.bindAt(place++, row.count);
    insert.bindAt(place, row.records);
}

std::vector<std::pair<std::string, double>> namedFigures(const api::Figures& figures)
{
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    std::vector<std::pair<std::string, double>> rows{
        {"samples", number(figures.samples)},
        {"tokens", number(figures.tokens)},
        {"batches", number(figures.batches)},
        {"seconds", figures.seconds},
        {"samples_per_s", figures.samplesPerSecond},
        {"tokens_per_s", figures.tokensPerSecond},
        {"latency_ms.p50", figures.latencyP50Ms},
        {"latency_ms.p95", figures.latencyP95Ms},
        {"latency_ms.p99", figures.latencyP99Ms},
        {"latency_ms.mean", figures.latencyMeanMs},
        {"metric", figures.metric.value_or(std::numeric_limits<double>::quiet_NaN())},
        {"fidelity.reference_metric",
         figures.referenceMetric.value_or(std::numeric_limits<double>::quiet_NaN())},
        {"fidelity.ratio", figures.fidelity.value_or(std::numeric_limits<double>::quiet_NaN())},
        {"fidelity.equal_outputs", figures.equalOutputs.value_or(std::numeric_limits<double>::quiet_NaN())},
        {"memory.peak_bytes", number(figures.peakBytes)},
        {"memory.budget_bytes", number(figures.budgetBytes)},
        {"memory.saving", figures.saving},
        {"experts.uses", number(figures.uses)},
        {"transfers.count", number(figures.transfers)},
        {"transfers.bytes", number(figures.transferBytes)},
        {"transfers.prefetched_bytes", number(figures.prefetchedBytes)},
        {"transfers.wasted_bytes", number(figures.wastedBytes)},
        {"transfers.seconds", figures.transferSeconds},
        {"stall_ms.total", figures.stallMs},
        {"hash.hit_rate", figures.hashHitRate},
        {"hash.precision", figures.precision},
        {"hash.recall", figures.recall},
        {"dropped_events", number(figures.droppedEvents)}};
    for (std::size_t i = 0; i < api::kPurposes; ++i)
        rows.emplace_back(
            fmt::format("memory.by_purpose.{}", api::name(static_cast<api::Purpose>(i))),
            number(figures.peakByPurpose[i]));
    for (std::size_t i = 0; i < api::kOutcomes; ++i)
        rows.emplace_back(
            fmt::format("experts.{}", api::name(static_cast<api::Outcome>(i))), number(figures.outcomes[i]));
    for (std::size_t i = 0; i < api::kStallCauses; ++i)
        rows.emplace_back(
            fmt::format("stall_ms.{}", api::name(static_cast<api::StallCause>(i))),
            figures.stallMsByCause[i]);
    return rows;
}

} // namespace

struct SessionWriter::State {
    State(Database opened, fs::path place)
        : path(std::move(place))
        , live(std::make_unique<LiveSession>(path))
        , database(std::move(opened))
    {
    }

    Status prepare();
    Status insertRows(const api::RecordingChunk& chunk);
    template <typename Row>
    Status insertEach(Statement& insert, const std::vector<Row>& rows);
    template <typename Row>
    Status insertPacked(Statement& insert, const std::vector<Row>& rows);
    Status insertEnd(
        api::RecordingState state, const std::string& failure, const api::Figures& figures,
        std::uint64_t dropped);
    /// Runs `work` as one transaction: all of it or nothing is in the file.
    template <typename Work>
    Status inTransaction(Work&& work);

    fs::path path;
    std::unique_ptr<LiveSession> live; ///< until after the connection is closed
    std::optional<Database> database;
    std::vector<Statement> inserts; ///< in the order of forEachTable
    std::uint64_t droppedEvents = 0;
    // Kept from chunk to chunk for their memory.
    std::vector<ColumnValues> unpacked;
    PackedRow packed;
};

Status SessionWriter::State::prepare()
{
    SIDA_TRY(database->execute("PRAGMA synchronous=NORMAL"));
    const api::RecordingChunk kinds;
    Status status;
    forEachTable(kinds, [&]<typename Row>(const std::vector<Row>&) {
        if (!status)
            return;
        Result<Statement> statement = database->prepare(insertSql<Row>());
        if (statement)
            inserts.push_back(std::move(*statement));
        else
            status = sida::failure(statement.error());
    });
    return status;
}

template <typename Work>
Status SessionWriter::State::inTransaction(Work&& work)
{
    if (!database)
        return sida::failure(ErrorKind::internal, fmt::format("{}: the session is finished", path.string()));
    SIDA_TRY(database->execute("BEGIN IMMEDIATE"));
    Status status = work();
    if (status)
        status = database->execute("COMMIT");
    if (!status)
        (void)database->execute("ROLLBACK"); // SQLite may have done it by itself
    return status;
}

template <typename Row>
Status SessionWriter::State::insertEach(Statement& insert, const std::vector<Row>& rows)
{
    for (const Row& row : rows) {
        TableOf<Row>::write(insert, row);
        SIDA_TRY(insert.run());
    }
    return {};
}

template <typename Row>
Status SessionWriter::State::insertPacked(Statement& insert, const std::vector<Row>& rows)
{
    unpacked.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        TableOf<Row>::write(unpacked[i], rows[i]);
    std::span<const ColumnValues> rest(unpacked);
    while (!rest.empty()) {
        const std::size_t count = packedTogether(TableOf<Row>::kPacking, rest);
        const Status fits = pack(TableOf<Row>::kPacking, rest.first(count), packed);
        if (!fits)
            return sida::failure(
                fits.error().kind,
                fmt::format("{}: table '{}': {}", path.string(), TableOf<Row>::kName, fits.error().message));
        bindPacked(insert, TableOf<Row>::kPacking, packed);
        SIDA_TRY(insert.run());
        rest = rest.subspan(count);
    }
    return {};
}

Status SessionWriter::State::insertRows(const api::RecordingChunk& chunk)
{
    Status status;
    std::size_t table = 0;
    forEachTable(chunk, [&]<typename Row>(const std::vector<Row>& rows) {
        Statement& insert = inserts[table++];
        if (!status)
            return;
        if constexpr (TableOf<Row>::kPacked)
            status = insertPacked(insert, rows);
        else
            status = insertEach(insert, rows);
    });
    if (status && chunk.droppedEvents != droppedEvents) {
        status = database->execute(fmt::format("UPDATE run SET dropped_events = {}", chunk.droppedEvents));
        droppedEvents = chunk.droppedEvents;
    }
    return status;
}

Status SessionWriter::State::insertEnd(
    api::RecordingState state, const std::string& failure, const api::Figures& figures, std::uint64_t dropped)
{
    SIDA_TRY_ASSIGN(
        Statement run, database->prepare("UPDATE run SET state = ?, failure = ?, dropped_events = ?"));
    run.bind(api::name(state), failure, figures.droppedEvents + dropped);
    SIDA_TRY(run.run());
    SIDA_TRY_ASSIGN(Statement figure, database->prepare("INSERT INTO figures VALUES (?,?)"));
    for (const auto& [key, value] : namedFigures(figures)) {
        figure.bind(key, value);
        SIDA_TRY(figure.run());
    }
    return {};
}

SessionWriter::SessionWriter(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
SessionWriter::~SessionWriter() = default;

Result<std::unique_ptr<SessionWriter>>
SessionWriter::create(const fs::path& path, const api::RunHeader& header, bool replace)
{
    SIDA_TRY(checkPlace(path, replace));
    // A link keeps pointing where it did: its target is what is replaced. One that points nowhere is
    // replaced.
    std::error_code error;
    const fs::path linked = fs::canonical(path, error);
    const fs::path target = error ? path : linked;
    fs::path temporary = target;
    temporary += fmt::format(".{}.tmp", ::getpid());
    const auto discard = [&] {
        fs::remove(temporary, error);
        removeSideFiles(temporary);
    };
    discard();
    const Status written = writeEmptySession(temporary, path, header);
    if (!written) {
        discard();
        return failure(written.error());
    }
    // A log left by a killed recording belongs to the old file and must not be replayed into the new one.
    removeSideFiles(target);
    if (::rename(temporary.c_str(), target.c_str()) != 0) {
        const std::string why = std::strerror(errno);
        discard();
        return failure(
            ErrorKind::io, fmt::format("{}: putting the new session there failed: {}", path.string(), why));
    }
    SIDA_TRY_ASSIGN(
        Database database, Database::open(target.string(), Database::Mode::readWrite, path.string()));
    auto state = std::make_unique<State>(std::move(database), target);
    SIDA_TRY(state->prepare());
    return std::unique_ptr<SessionWriter>(new SessionWriter(std::move(state)));
}

Status SessionWriter::write(const api::RecordingChunk& chunk)
{
    return m_state->inTransaction([&] { return m_state->insertRows(chunk); });
}

Status SessionWriter::note(Nanoseconds time, const std::string& text)
{
    return m_state->inTransaction([&]() -> Status {
        SIDA_TRY_ASSIGN(
            Statement insert,
            m_state->database->prepare("INSERT INTO notes(id, time_ns, text) "
                                       "SELECT min(0, coalesce(min(id), 0)) - 1, ?, ? FROM notes"));
        insert.bind(time, text);
        return insert.run();
    });
}

std::uint64_t SessionWriter::bytes() const
{
    std::uint64_t sum = 0;
    for (const char* end : {"", "-wal"}) {
        fs::path file = m_state->path;
        file += end;
        std::error_code error;
        const std::uintmax_t size = fs::file_size(file, error);
        sum += error ? 0 : size;
    }
    return sum;
}

Status SessionWriter::finish(
    api::RecordingState state, const std::string& failure, const api::Figures& figures, std::uint64_t dropped)
{
    SIDA_TRY(m_state->inTransaction([&] { return m_state->insertEnd(state, failure, figures, dropped); }));
    m_state->inserts.clear();
    // Somebody who has the file open may keep it in this mode; that is no reason to wait for long.
    const Status oneFile = m_state->database->execute(
        "PRAGMA busy_timeout=500; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE");
    m_state->database.reset();
    m_state->live.reset();
    if (!oneFile) {
        // Everything is stored; only the log beside the file stays until the other program lets go.
        spdlog::warn("{}; what was recorded is safe", oneFile.error().message);
    }
    return {};
}

} // namespace sida::session
