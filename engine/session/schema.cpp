// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/schema.h"

#include "engine/api/recording.h"
#include "engine/session/session.h"
#include "engine/session/tables.h"

#include <fmt/format.h>

namespace sida::session
{

namespace
{

// Tables with a natural key are stored by it (WITHOUT ROWID): smaller, and one batch's rows lie together.
// Events that may repeat keep SQLite's row number, which is the order in which they were written.
constexpr std::string_view kTableSql = R"(
CREATE TABLE run(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL, failure TEXT NOT NULL DEFAULT '', dropped_events INTEGER NOT NULL DEFAULT 0,
    model_name TEXT NOT NULL, dataset_name TEXT NOT NULL, predictor_name TEXT NOT NULL,
    policy TEXT NOT NULL, routing TEXT NOT NULL, eviction TEXT NOT NULL, device TEXT NOT NULL, dtype TEXT NOT NULL,
    batch_size INTEGER NOT NULL, top_k INTEGER NOT NULL, lookahead INTEGER NOT NULL,
    expert_bytes INTEGER NOT NULL, resident_bytes INTEGER NOT NULL, smallest_bytes INTEGER NOT NULL,
    total_batches INTEGER NOT NULL, total_samples INTEGER NOT NULL, load_seconds REAL, metric_name TEXT NOT NULL);
CREATE TABLE provenance(position INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE moe_layers(layer INTEGER PRIMARY KEY, name TEXT NOT NULL, experts INTEGER NOT NULL);
CREATE TABLE training_epochs(
    position INTEGER PRIMARY KEY, kind TEXT NOT NULL, epoch INTEGER NOT NULL, loss REAL,
    held_out_top1 REAL, held_out_top3 REAL, seconds REAL);
CREATE TABLE figures(key TEXT PRIMARY KEY, value REAL) WITHOUT ROWID;
CREATE TABLE notes(id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, text TEXT NOT NULL);

CREATE TABLE batches(
    batch INTEGER PRIMARY KEY, begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
    samples INTEGER NOT NULL, tokens INTEGER NOT NULL, table_ready_ns INTEGER NOT NULL);
CREATE TABLE layers(
    batch INTEGER NOT NULL, layer INTEGER NOT NULL, begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
    PRIMARY KEY (batch, layer, begin_ns)) WITHOUT ROWID;
CREATE TABLE memory(
    time_ns INTEGER NOT NULL, dense_weights INTEGER NOT NULL, predictor INTEGER NOT NULL,
    expert_slots INTEGER NOT NULL, staging INTEGER NOT NULL, activations INTEGER NOT NULL,
    runtime_context INTEGER NOT NULL, budget INTEGER NOT NULL);
CREATE TABLE budgets(
    time_ns INTEGER NOT NULL, from_bytes INTEGER NOT NULL, to_bytes INTEGER NOT NULL,
    accepted INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE prefetch_switches(
    time_ns INTEGER NOT NULL, batch INTEGER NOT NULL, layer INTEGER NOT NULL, is_on INTEGER NOT NULL,
    precision REAL NOT NULL);
CREATE TABLE hash(
    batch INTEGER NOT NULL, layer INTEGER NOT NULL, tokens INTEGER NOT NULL, token_hits INTEGER NOT NULL,
    predicted_experts INTEGER NOT NULL, active_experts INTEGER NOT NULL, correct_experts INTEGER NOT NULL,
    PRIMARY KEY (batch, layer)) WITHOUT ROWID;
CREATE TABLE calibration(
    batch INTEGER NOT NULL, layer INTEGER NOT NULL, bin INTEGER NOT NULL, tokens INTEGER NOT NULL,
    hits INTEGER NOT NULL, alpha REAL NOT NULL, PRIMARY KEY (batch, layer, bin)) WITHOUT ROWID;
CREATE TABLE hash_builds(batch INTEGER PRIMARY KEY, begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL);
CREATE TABLE samples(
    batch INTEGER NOT NULL, sample INTEGER NOT NULL, tokens INTEGER NOT NULL,
    label INTEGER NOT NULL, prediction INTEGER NOT NULL, reference INTEGER NOT NULL,
    scored INTEGER NOT NULL, loss REAL);
)";

constexpr std::string_view kViewSql = R"(
CREATE VIEW uses_named AS
    SELECT u.batch, u.layer, m.name AS layer_name, u.expert, u.routed, u.predicted,
           CASE WHEN u.routed > 0 THEN o.name END AS outcome, u.slot, u.used_ns
    FROM uses u LEFT JOIN moe_layers m USING (layer) LEFT JOIN outcomes o ON o.id = u.outcome;
CREATE VIEW transfers_named AS
    SELECT t.layer, m.name AS layer_name, t.expert, k.name AS kind, t.slot, t.batch, t.bytes,
           t.queued_ns, t.begin_ns, t.end_ns, t.begin_ns - t.queued_ns AS waited_ns, t.end_ns - t.begin_ns AS copied_ns
    FROM transfers t LEFT JOIN moe_layers m USING (layer) LEFT JOIN transfer_kinds k ON k.id = t.kind;
CREATE VIEW evictions_named AS
    SELECT e.layer, m.name AS layer_name, e.expert, e.slot, e.time_ns, r.name AS reason, e.used
    FROM evictions e LEFT JOIN moe_layers m USING (layer) LEFT JOIN eviction_reasons r ON r.id = e.reason;
CREATE VIEW stalls_named AS
    SELECT s.batch, s.layer, m.name AS layer_name, s.expert, c.name AS cause, s.begin_ns, s.end_ns,
           s.end_ns - s.begin_ns AS stalled_ns
    FROM stalls s LEFT JOIN moe_layers m USING (layer) LEFT JOIN stall_causes c ON c.id = s.cause;
CREATE VIEW memory_by_purpose AS
    SELECT time_ns, 'dense_weights' AS purpose, dense_weights AS bytes FROM memory
    UNION ALL SELECT time_ns, 'predictor', predictor FROM memory
    UNION ALL SELECT time_ns, 'expert_slots', expert_slots FROM memory
    UNION ALL SELECT time_ns, 'staging', staging FROM memory
    UNION ALL SELECT time_ns, 'activations', activations FROM memory
    UNION ALL SELECT time_ns, 'runtime_context', runtime_context FROM memory;
CREATE VIEW expert_totals AS
    SELECT u.layer, m.name AS layer_name, u.expert, sum(u.routed) AS routed, sum(u.predicted) AS predicted,
           sum(u.routed > 0) AS uses
    FROM uses u LEFT JOIN moe_layers m USING (layer) GROUP BY u.layer, u.expert;
)";

// Copies, uses and evictions of each expert in the order of time: each copy begins a new stay on the device,
// and what follows belongs to it. One sort, however long the run was.
constexpr std::string_view kUseLifeSql = R"(
CREATE VIEW use_life AS
    WITH events AS (
        SELECT layer, expert, begin_ns AS time_ns, 0 AS what, batch, kind AS code, queued_ns, end_ns,
               NULL AS routed, NULL AS predicted, slot FROM transfers
        UNION ALL
        SELECT layer, expert, used_ns, 1, batch, outcome, NULL, NULL, routed, predicted, slot FROM uses
            WHERE routed > 0
        UNION ALL
        SELECT layer, expert, time_ns, 2, NULL, reason, NULL, NULL, NULL, NULL, slot FROM evictions),
    stays AS (
        SELECT *, sum(what = 0) OVER (
            PARTITION BY layer, expert ORDER BY time_ns, what ROWS UNBOUNDED PRECEDING) AS stay
        FROM events),
    lives AS (
        SELECT batch, layer, expert, routed, predicted, code AS outcome, slot, time_ns AS used_ns, what,
               max(CASE what WHEN 0 THEN code END) OVER one_stay AS kind,
               max(CASE what WHEN 0 THEN batch END) OVER one_stay AS copied_for_batch,
               max(CASE what WHEN 0 THEN queued_ns END) OVER one_stay AS queued_ns,
               max(CASE what WHEN 0 THEN time_ns END) OVER one_stay AS copy_begin_ns,
               max(CASE what WHEN 0 THEN end_ns END) OVER one_stay AS copy_end_ns,
               min(CASE what WHEN 1 THEN time_ns END) OVER one_stay AS first_used_ns,
               max(CASE what WHEN 2 THEN time_ns END) OVER one_stay AS evicted_ns,
               max(CASE what WHEN 2 THEN code END) OVER one_stay AS reason
        FROM stays WINDOW one_stay AS (PARTITION BY layer, expert, stay))
    SELECT l.batch, l.layer, m.name AS layer_name, l.expert, l.routed, l.predicted, o.name AS outcome, l.slot,
           CASE WHEN l.predicted > 0 AND b.table_ready_ns >= 0 THEN b.table_ready_ns END AS predicted_ns,
           k.name AS kind, l.copied_for_batch, l.queued_ns, l.copy_begin_ns, l.copy_end_ns,
           l.first_used_ns, l.used_ns, l.evicted_ns, r.name AS eviction_reason
    FROM lives l LEFT JOIN batches b USING (batch) LEFT JOIN moe_layers m USING (layer)
         LEFT JOIN outcomes o ON o.id = l.outcome LEFT JOIN transfer_kinds k ON k.id = l.kind
         LEFT JOIN eviction_reasons r ON r.id = l.reason
    WHERE l.what = 1;
)";

/// The packed tables, the views that unpack them, and what finds the uses of a batch.
std::string packedSql()
{
    std::string sql = "CREATE TABLE places(i INTEGER PRIMARY KEY);\n";
    for (std::size_t i = 0; i < kRecordsPerRow; ++i)
        sql += fmt::format("INSERT INTO places VALUES ({});\n", i);
    const api::RecordingChunk kinds;
    forEachTable(kinds, [&]<typename Row>(const std::vector<Row>&) {
        using Table = TableOf<Row>;
        if constexpr (Table::kPacked)
            sql += packedTableSql(Table::kName, Table::kPacking)
                + unpackingViewSql(Table::kName, Table::kPacking);
    });
    return sql + "CREATE INDEX uses_by_batch ON uses_packed(batch, layer);\n";
}

template <typename Enum>
std::string lookupTable(std::string_view table, std::size_t values)
{
    std::string sql = fmt::format("CREATE TABLE {}(id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n", table);
    for (std::size_t value = 0; value < values; ++value)
        sql += fmt::format(
            "INSERT INTO {} VALUES ({}, '{}');\n", table, value, api::name(static_cast<Enum>(value)));
    return sql;
}

} // namespace

std::string schemaSql()
{
    return fmt::format(
        "PRAGMA application_id={};\nPRAGMA user_version={};\n{}{}{}{}{}{}{}{}", kApplicationId,
        kSchemaVersion, lookupTable<api::Outcome>("outcomes", api::kOutcomes),
        lookupTable<api::StallCause>("stall_causes", api::kStallCauses),
        lookupTable<api::TransferKind>("transfer_kinds", kTransferKinds),
        lookupTable<api::EvictionReason>("eviction_reasons", kEvictionReasons), kTableSql, packedSql(),
        kViewSql, kUseLifeSql);
}

} // namespace sida::session
