// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/tables.h"

#include <fmt/format.h>

namespace sida::session
{

namespace
{

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Length of the valid UTF-8 character at the head of `text`; 0 if there is none.
std::size_t utf8Length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80 ? 1
        : lead >= 0xC2 && lead <= 0xDF     ? 2
        : lead >= 0xE0 && lead <= 0xEF     ? 3
        : lead >= 0xF0 && lead <= 0xF4     ? 4
                                           : 0;
    if (length == 0 || length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    }
    const unsigned char second = length > 1 ? byte(1) : 0;
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : length;
}

} // namespace

std::string cleanText(std::string_view text)
{
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        clean += length == 0 ? kReplacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return clean;
}

void RowInput::refuse(const std::string& why)
{
    if (!m_problem)
        m_problem = fmt::format("row {} of table '{}': {}", m_row, m_table, why);
}

std::int64_t RowInput::integer(std::int64_t lowest, std::int64_t highest)
{
    if (m_values)
        return unpackedInteger(lowest, highest);
    const int column = m_column++;
    const std::int64_t value = m_statement.integer(column);
    if (m_statement.isInteger(column) && value >= lowest && value <= highest)
        return value;
    if (!m_problem) {
        const std::string found = m_statement.isInteger(column) ? fmt::format("{}", value)
            : m_statement.isNull(column)                        ? "nothing"
                                                                : "something else";
        refuse(fmt::format(
            "column '{}' must be a whole number from {} to {}, found {}", m_statement.columnName(column),
            lowest, highest, found));
    }
    return lowest;
}

std::int64_t RowInput::unpackedInteger(std::int64_t lowest, std::int64_t highest)
{
    const auto column = static_cast<std::size_t>(m_column++);
    const std::int64_t value = m_values->values[column];
    if (value >= lowest && value <= highest)
        return value;
    if (!m_problem)
        refuse(fmt::format(
            "column '{}' must be a whole number from {} to {}, found {}", m_columns[column].name, lowest,
            highest, value));
    return lowest;
}

std::uint32_t RowInput::batch()
{
    const std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    const std::int64_t planned = static_cast<std::int64_t>(m_header.totalBatches);
    return static_cast<std::uint32_t>(integer(0, planned > 0 ? std::min(most, planned - 1) : most));
}

std::uint16_t RowInput::layer()
{
    return static_cast<std::uint16_t>(integer(0, static_cast<std::int64_t>(m_header.moeLayers.size()) - 1));
}

ExpertKey RowInput::expert()
{
    const std::uint16_t inLayer = layer();
    const int experts = inLayer < m_header.expertsPerLayer.size() ? m_header.expertsPerLayer[inLayer] : 0;
    return {inLayer, static_cast<std::uint16_t>(integer(0, experts - 1))};
}

std::string RowInput::text()
{
    return cleanText(m_statement.text(m_column++));
}

std::string RowInput::bytes()
{
    return std::string(m_statement.text(m_column++));
}

double RowInput::real()
{
    const int column = m_column++;
    return m_statement.isNull(column) ? std::numeric_limits<double>::quiet_NaN() : m_statement.real(column);
}

namespace
{

constexpr std::int64_t kMostSlots = std::numeric_limits<std::int32_t>::max();

/// Two columns; the second may not be earlier than the first.
void readSpan(RowInput& in, Nanoseconds& begin, Nanoseconds& end)
{
    begin = in.amount();
    end = in.amount();
    if (end < begin)
        in.refuse(fmt::format("it ends at {} ns, before it begins at {} ns", end, begin));
}

} // namespace

void TableOf<api::BatchRow>::write(Statement& out, const api::BatchRow& row)
{
    out.bind(row.batch, row.begin, row.end, row.samples, row.tokens, row.tableReady);
}
api::BatchRow TableOf<api::BatchRow>::read(RowInput& in)
{
    api::BatchRow row;
    row.batch = in.batch();
    readSpan(in, row.begin, row.end);
    row.samples = in.count<std::uint32_t>();
    row.tokens = in.count<std::uint32_t>();
    row.tableReady = in.amount(-1);
    return row;
}

void TableOf<api::LayerRow>::write(Statement& out, const api::LayerRow& row)
{
    out.bind(row.batch, row.layer, row.begin, row.end);
}
api::LayerRow TableOf<api::LayerRow>::read(RowInput& in)
{
    api::LayerRow row;
    row.batch = in.batch();
    row.layer = in.layer();
    readSpan(in, row.begin, row.end);
    return row;
}

void TableOf<api::UseRow>::write(ColumnValues& out, const api::UseRow& row)
{
    out.bind(
        row.batch, row.key.layer, row.key.expert, row.routed, row.predicted, row.outcome, row.slot, row.used);
}
api::UseRow TableOf<api::UseRow>::read(RowInput& in)
{
    api::UseRow row;
    row.batch = in.batch();
    row.key = in.expert();
    row.routed = in.count<std::uint32_t>();
    row.predicted = in.count<std::uint32_t>();
    row.outcome = in.code<api::Outcome>(api::kOutcomes);
    row.slot = static_cast<std::int32_t>(in.integer(-1, kMostSlots));
    row.used = in.amount();
    return row;
}

void TableOf<api::TransferRow>::write(ColumnValues& out, const api::TransferRow& row)
{
    out.bind(
        row.key.layer, row.key.expert, row.kind, row.slot, row.batch, row.bytes, row.queued, row.begin,
        row.end);
}
api::TransferRow TableOf<api::TransferRow>::read(RowInput& in)
{
    api::TransferRow row;
    row.key = in.expert();
    row.kind = in.code<api::TransferKind>(kTransferKinds);
    row.slot = static_cast<std::int32_t>(in.integer(-1, kMostSlots));
    row.batch = in.batch();
    row.bytes = static_cast<std::uint64_t>(in.amount());
    row.queued = in.amount();
    readSpan(in, row.begin, row.end);
    return row;
}

void TableOf<api::EvictionRow>::write(ColumnValues& out, const api::EvictionRow& row)
{
    out.bind(row.key.layer, row.key.expert, row.slot, row.time, row.reason, row.used);
}
api::EvictionRow TableOf<api::EvictionRow>::read(RowInput& in)
{
    api::EvictionRow row;
    row.key = in.expert();
    row.slot = static_cast<std::int32_t>(in.integer(-1, kMostSlots));
    row.time = in.amount();
    row.reason = in.code<api::EvictionReason>(kEvictionReasons);
    row.used = in.flag();
    return row;
}

void TableOf<api::StallRow>::write(ColumnValues& out, const api::StallRow& row)
{
    out.bind(row.batch, row.key.layer, row.key.expert, row.begin, row.end, row.cause);
}
api::StallRow TableOf<api::StallRow>::read(RowInput& in)
{
    api::StallRow row;
    row.batch = in.batch();
    row.key = in.expert();
    readSpan(in, row.begin, row.end);
    row.cause = in.code<api::StallCause>(api::kStallCauses);
    return row;
}

void TableOf<api::MemoryRow>::write(Statement& out, const api::MemoryRow& row)
{
    const auto& [dense, predictor, slots, staging, activations, context] = row.bytes;
    out.bind(row.time, dense, predictor, slots, staging, activations, context, row.budget);
}
api::MemoryRow TableOf<api::MemoryRow>::read(RowInput& in)
{
    api::MemoryRow row;
    row.time = in.amount();
    for (std::uint64_t& bytes : row.bytes)
        bytes = static_cast<std::uint64_t>(in.amount());
    row.budget = static_cast<std::uint64_t>(in.amount());
    return row;
}

void TableOf<api::BudgetRow>::write(Statement& out, const api::BudgetRow& row)
{
    out.bind(row.time, row.from, row.to, row.accepted, row.reason);
}
api::BudgetRow TableOf<api::BudgetRow>::read(RowInput& in)
{
    api::BudgetRow row;
    row.time = in.amount();
    row.from = static_cast<std::uint64_t>(in.amount());
    row.to = static_cast<std::uint64_t>(in.amount());
    row.accepted = in.flag();
    row.reason = in.text();
    return row;
}

void TableOf<api::PrefetchSwitchRow>::write(Statement& out, const api::PrefetchSwitchRow& row)
{
    out.bind(row.time, row.batch, row.layer, row.on, static_cast<double>(row.precision));
}
api::PrefetchSwitchRow TableOf<api::PrefetchSwitchRow>::read(RowInput& in)
{
    api::PrefetchSwitchRow row;
    row.time = in.amount();
    row.batch = in.batch();
    row.layer = in.layer();
    row.on = in.flag();
    row.precision = static_cast<float>(in.real());
    return row;
}

void TableOf<api::HashRow>::write(Statement& out, const api::HashRow& row)
{
    out.bind(
        row.batch, row.layer, row.tokens, row.tokenHits, row.predictedExperts, row.activeExperts,
        row.correctExperts);
}
api::HashRow TableOf<api::HashRow>::read(RowInput& in)
{
    api::HashRow row;
    row.batch = in.batch();
    row.layer = in.layer();
    row.tokens = in.count<std::uint32_t>();
    row.tokenHits = in.count<std::uint32_t>();
    row.predictedExperts = in.count<std::uint32_t>();
    row.activeExperts = in.count<std::uint32_t>();
    row.correctExperts = in.count<std::uint32_t>();
    return row;
}

void TableOf<api::CalibrationRow>::write(Statement& out, const api::CalibrationRow& row)
{
    out.bind(row.batch, row.layer, row.bin, row.tokens, row.hits, row.alpha);
}
api::CalibrationRow TableOf<api::CalibrationRow>::read(RowInput& in)
{
    api::CalibrationRow row;
    row.batch = in.batch();
    row.layer = in.layer();
    row.bin = static_cast<std::uint16_t>(in.integer(0, api::kAlphaBins - 1));
    row.tokens = in.count<std::uint32_t>();
    row.hits = static_cast<std::uint32_t>(in.integer(0, row.tokens));
    row.alpha = in.real();
    return row;
}

void TableOf<api::HashBuildRow>::write(Statement& out, const api::HashBuildRow& row)
{
    out.bind(row.batch, row.begin, row.end);
}
api::HashBuildRow TableOf<api::HashBuildRow>::read(RowInput& in)
{
    api::HashBuildRow row;
    row.batch = in.batch();
    readSpan(in, row.begin, row.end);
    return row;
}

void TableOf<api::SampleRow>::write(Statement& out, const api::SampleRow& row)
{
    out.bind(
        row.batch, row.index, row.tokens, row.label, row.prediction, row.reference, row.scored, row.loss);
}
api::SampleRow TableOf<api::SampleRow>::read(RowInput& in)
{
    api::SampleRow row;
    row.batch = in.batch();
    row.index = static_cast<std::uint64_t>(in.amount());
    row.tokens = in.count<std::uint32_t>();
    row.label = static_cast<std::int32_t>(in.integer(-1, std::numeric_limits<std::int32_t>::max()));
    row.prediction = static_cast<std::int32_t>(in.integer(-1, std::numeric_limits<std::int32_t>::max()));
    row.reference = static_cast<std::int32_t>(in.integer(-1, std::numeric_limits<std::int32_t>::max()));
    row.scored = in.count<std::uint32_t>();
    row.loss = in.real();
    return row;
}

} // namespace sida::session
