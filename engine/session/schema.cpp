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
        "PRAGMA application_id={};\nPRAGMA user_version={};\n{}{}{}{}{}{}{}", kApplicationId, kSchemaVersion,
        lookupTable<api::Outcome>("outcomes", api::kOutcomes),
        lookupTable<api::StallCause>("stall_causes", api::kStallCauses),
        lookupTable<api::TransferKind>("transfer_kinds", kTransferKinds),
        lookupTable<api::EvictionReason>("eviction_reasons", kEvictionReasons), kTableSql, packedSql(),
        kViewSql);
}

} // namespace sida::session
