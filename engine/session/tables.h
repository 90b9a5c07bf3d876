// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/session/packing.h"
#include "engine/session/sqlite_handle.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

/// How each kind of row stands in its table. Writing and reading are kept side by side here.
namespace sida::session
{

constexpr std::size_t kTransferKinds = 3;
constexpr std::size_t kEvictionReasons = 2;

/// Times and byte counts above this are refused: they are no longer exact as a double, and sums of them may
/// overflow.
constexpr std::int64_t kLargestAmount = std::int64_t{1} << 53;

/// Reads the columns of one row in order and checks each against what it may be. The first thing that does
/// not fit is kept as the error.
class RowInput
{
public:
    RowInput(const Statement& statement, std::string_view table, const api::RunHeader& header)
        : m_statement(statement)
        , m_table(table)
        , m_header(header)
    {
    }

    /// The row at which the statement stands.
    void beginRow()
    {
        m_column = 0;
        ++m_row;
    }
    /// A row that was packed with others; both arguments are only looked at until the next one begins.
    void beginRow(const ColumnValues& values, PackedColumns columns)
    {
        m_values = &values;
        m_columns = columns;
        beginRow();
    }
    std::int64_t integer(std::int64_t lowest, std::int64_t highest);
    std::int64_t amount(std::int64_t lowest = 0) { return integer(lowest, kLargestAmount); }
    template <typename T>
    T count()
    {
        return static_cast<T>(integer(0, std::numeric_limits<T>::max()));
    }
    template <typename Enum>
    Enum code(std::size_t values)
    {
        return static_cast<Enum>(integer(0, static_cast<std::int64_t>(values) - 1));
    }
    bool flag() { return integer(0, 1) != 0; }
    std::uint32_t batch();
    std::uint16_t layer();
    ExpertKey expert();
    std::string text();
    /// A text as it is stored, which may be anything.
    std::string bytes();
    double real();
    void refuse(const std::string& why);

    /// What was wrong, in words that name the table, the row and the column.
    const std::optional<std::string>& problem() const { return m_problem; }

private:
    std::int64_t unpackedInteger(std::int64_t lowest, std::int64_t highest);

    const Statement& m_statement;
    std::string_view m_table;
    const api::RunHeader& m_header;
    const ColumnValues* m_values = nullptr; ///< of a packed row; otherwise the statement's columns are read
    PackedColumns m_columns;
    int m_column = 0;
    std::uint64_t m_row = 0;
    std::optional<std::string> m_problem;
};

/// A kind of row that stands in a table of its own. `kColumns` in the order in which write() binds and read()
/// takes them; `kOrder` is the order in which the table is stored.
template <typename Row>
struct TableOf {
    static constexpr bool kPacked = false;
};

#define SIDA_TABLE(Row, table, columns, order)                                                               \
    template <>                                                                                              \
    struct TableOf<api::Row> {                                                                               \
        static constexpr bool kPacked = false;                                                               \
        static constexpr std::string_view kName = table;                                                     \
        static constexpr std::string_view kColumns = columns;                                                \
        static constexpr std::string_view kOrder = order;                                                    \
        static void write(Statement& out, const api::Row& row);                                              \
        static api::Row read(RowInput& in);                                                                  \
    }

/// A kind of row that is stored packed (packing.h): `kName` is the view, `<kName>_packed` the table.
#define SIDA_PACKED_TABLE(Row, table, ...)                                                                   \
    template <>                                                                                              \
    struct TableOf<api::Row> {                                                                               \
        static constexpr bool kPacked = true;                                                                \
        static constexpr std::string_view kName = table;                                                     \
        static constexpr auto kPacking = std::to_array<PackedColumn>({__VA_ARGS__});                         \
        static void write(ColumnValues& out, const api::Row& row);                                           \
        static api::Row read(RowInput& in);                                                                  \
    }

// Two digits hold 2^30; three hold 2^45 ns, nearly ten hours.
SIDA_TABLE(BatchRow, "batches", "batch, begin_ns, end_ns, samples, tokens, table_ready_ns", "batch");
SIDA_TABLE(LayerRow, "layers", "batch, layer, begin_ns, end_ns", "batch, layer, begin_ns");
SIDA_PACKED_TABLE(
    UseRow, "uses", {"batch", Held::once}, {"layer", Held::once}, {"expert", Held::number},
    {"routed", Held::number, 2}, {"predicted", Held::number, 2}, {"outcome", Held::number},
    {"slot", Held::number, 2, 1}, {"used_ns", Held::sinceBaseOrZero, 3});
SIDA_PACKED_TABLE(
    TransferRow, "transfers", {"layer", Held::number}, {"expert", Held::number}, {"kind", Held::number},
    {"slot", Held::number, 2, 1}, {"batch", Held::sinceBaseBatch, 2}, {"bytes", Held::once},
    {"queued_ns", Held::sinceBase, 3}, {"begin_ns", Held::sinceBase, 3}, {"end_ns", Held::sincePrevious, 3});
SIDA_PACKED_TABLE(
    EvictionRow, "evictions", {"layer", Held::number}, {"expert", Held::number}, {"slot", Held::number, 2, 1},
    {"time_ns", Held::sinceBase, 3}, {"reason", Held::number}, {"used", Held::number});
SIDA_PACKED_TABLE(
    StallRow, "stalls", {"batch", Held::sinceBaseBatch, 2}, {"layer", Held::number}, {"expert", Held::number},
    {"begin_ns", Held::sinceBase, 3}, {"end_ns", Held::sincePrevious, 3}, {"cause", Held::number});
SIDA_TABLE(
    MemoryRow, "memory",
    "time_ns, dense_weights, predictor, expert_slots, staging, activations, runtime_context, budget",
    "rowid");
SIDA_TABLE(BudgetRow, "budgets", "time_ns, from_bytes, to_bytes, accepted, reason", "rowid");
SIDA_TABLE(PrefetchSwitchRow, "prefetch_switches", "time_ns, batch, layer, is_on, precision", "rowid");
SIDA_TABLE(
    HashRow, "hash", "batch, layer, tokens, token_hits, predicted_experts, active_experts, correct_experts",
    "batch, layer");
SIDA_TABLE(CalibrationRow, "calibration", "batch, layer, bin, tokens, hits, alpha", "batch, layer, bin");
SIDA_TABLE(HashBuildRow, "hash_builds", "batch, begin_ns, end_ns", "batch");
SIDA_TABLE(
    SampleRow, "samples", "batch, sample, tokens, label, prediction, reference, scored, loss", "rowid");

#undef SIDA_TABLE
#undef SIDA_PACKED_TABLE

/// `visit(rows)` for the vector of each kind, in the order in which the schema lists the tables.
template <typename Chunk, typename Visit>
void forEachTable(Chunk& chunk, Visit&& visit)
{
    visit(chunk.batches);
    visit(chunk.layers);
    visit(chunk.uses);
    visit(chunk.transfers);
    visit(chunk.evictions);
    visit(chunk.stalls);
    visit(chunk.memory);
    visit(chunk.budgets);
    visit(chunk.prefetchSwitches);
    visit(chunk.hash);
    visit(chunk.calibration);
    visit(chunk.hashBuilds);
    visit(chunk.samples);
}
constexpr std::size_t kTables = 13;

/// Text as it may be shown: what is not UTF-8 becomes U+FFFD.
std::string cleanText(std::string_view text);

} // namespace sida::session
