// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/sample_builder.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace sida::dataset
{

namespace
{

constexpr std::int32_t kEnd = 1;

} // namespace

Result<Sample> SampleBuilder::build(const Row& row)
{
    Sample sample;
    SIDA_TRY_ASSIGN(sample.label, label(row));
    SIDA_TRY_ASSIGN(sample.ids, row.ids ? givenIds(row) : textIds(row));
    return sample;
}

Result<int> SampleBuilder::label(const Row& row) const
{
    if (!row.label || *row.label == -1)
        return -1;
    const std::int64_t limit = m_labels > 0 ? m_labels : std::numeric_limits<int>::max();
    if (*row.label < 0 || *row.label >= limit)
        return badInput(fmt::format(
            "{}: line {}, label: expected a label from 0 to {}{}, or -1 for none, found {}", m_where,
            row.line, limit - 1, m_labels > 0 ? " as the model has them" : "", *row.label));
    return static_cast<int>(*row.label);
}

Result<std::vector<std::int32_t>> SampleBuilder::givenIds(const Row& row)
{
    const std::vector<std::int64_t>& given = *row.ids;
    if (given.empty())
        return badInput(
            fmt::format("{}: line {}, input_ids: expected at least one id, found none", m_where, row.line));
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i] < 0 || given[i] >= m_traits.vocabulary)
            return badInput(fmt::format(
                "{}: line {}, input_ids[{}]: expected an id from 0 to {}, the model's vocabulary, found {}",
                m_where, row.line, i, m_traits.vocabulary - 1, given[i]));
    }
    const std::size_t kept = std::min(given.size(), static_cast<std::size_t>(m_maxLength));
    std::vector<std::int32_t> ids(kept);
    std::transform(
        given.begin(), given.begin() + static_cast<std::ptrdiff_t>(kept), ids.begin(),
        [](std::int64_t id) { return static_cast<std::int32_t>(id); });
    if (kept < given.size()) {
        ++m_truncated;
        if (given.back() == kEnd)
            ids.back() = kEnd;
    }
    return ids;
}

Result<std::vector<std::int32_t>> SampleBuilder::textIds(const Row& row)
{
    if (!m_traits.tokenizer)
        return badInput(fmt::format(
            "{}: line {}: found text, but the model folder has no tokenizer; add spiece.model to it, or give "
            "JSON Lines with input_ids",
            m_where, row.line));
    tokenizer::Tokenizer::Encoding encoding = m_traits.tokenizer->encode(
        row.text.value_or(""), row.second ? std::optional<std::string_view>(*row.second) : std::nullopt,
        m_maxLength);
    m_truncated += encoding.truncated ? 1 : 0;
    const auto outside = std::find_if(encoding.ids.begin(), encoding.ids.end(), [this](std::int32_t id) {
        return id < 0 || id >= m_traits.vocabulary;
    });
    if (outside != encoding.ids.end())
        return badInput(fmt::format(
            "{}: line {}{}{}: the tokenizer gives id {}, expected one from 0 to {}, the model's vocabulary; "
            "the "
            "tokenizer belongs to another model",
            m_where, row.line, row.textColumn.empty() ? "" : ", ", row.textColumn, *outside,
            m_traits.vocabulary - 1));
    return std::move(encoding.ids);
}

} // namespace sida::dataset
