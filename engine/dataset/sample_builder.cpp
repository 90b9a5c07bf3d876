// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/sample_builder.h"

#include "engine/checkpoint/quote.h"
#include "engine/dataset/columns.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace sida::dataset
{

namespace
{

constexpr std::int32_t kEnd = 1;

bool isOfPairs(api::Task task)
{
    return task == api::Task::mrpc || task == api::Task::rte || task == api::Task::multirc;
}

} // namespace

SampleBuilder::SampleBuilder(
    const std::string& where, int maxLength, api::Task task, const ModelTraits& traits)
    : m_where(where)
    , m_maxLength(maxLength)
    , m_task(task)
    , m_traits(traits)
    , m_names(task, traits.labels, traits.labelNames)
{
}

Result<Sample> SampleBuilder::build(const Row& row)
{
    m_isCut = false;
    Sample sample;
    SIDA_TRY(checkTask(row));
    SIDA_TRY_ASSIGN(sample.label, label(row));
    if (row.ids) {
        SIDA_TRY_ASSIGN(sample.ids, givenIds(row, kIdsKey, *row.ids, false));
    } else {
        SIDA_TRY_ASSIGN(sample.ids, textIds(row, row.textColumn, row.text.value_or(""), row.second));
    }
    SIDA_TRY_ASSIGN(sample.target, target(row));
    m_truncated += m_isCut ? 1 : 0;
    return sample;
}

Status SampleBuilder::checkTask(const Row& row) const
{
    if (isOfPairs(m_task) && !row.ids && !row.second)
        return badInput(fmt::format(
            "{}: line {}: task {} needs pairs of sentences (sentence1 and sentence2, or the benchmark's own "
            "columns), found one sentence; use task classify",
            m_where, row.line, api::name(m_task)));
    if (m_task == api::Task::score && !row.target && !row.targetIds)
        return badInput(fmt::format(
            "{}: line {}: task score needs a target (the column target, or labels in JSON Lines), found none",
            m_where, row.line));
    return {};
}

Result<int> SampleBuilder::label(const Row& row) const
{
    if (!api::classifies(m_task)) { // the column may mean anything then
        const bool fits = row.label && *row.label >= 0 && *row.label <= std::numeric_limits<int>::max();
        return fits ? static_cast<int>(*row.label) : -1;
    }
    std::int64_t label = row.label.value_or(-1);
    if (row.labelName) {
        const std::optional<int> found = m_names.find(*row.labelName);
        if (!found)
            return badInput(fmt::format(
                "{}: line {}, {}: expected an integer{}, found {}", m_where, row.line, row.labelColumn,
                m_names.list(), checkpoint::quote(*row.labelName, 40)));
        label = *found;
    }
    if (label < -1 || label >= m_traits.labels)
        return badInput(fmt::format(
            "{}: line {}, {}: expected a label from 0 to {} as the model has them, or -1 for none, found {}",
            m_where, row.line, row.labelColumn, m_traits.labels - 1, label));
    return static_cast<int>(label);
}

Result<std::vector<std::int32_t>> SampleBuilder::givenIds(
    const Row& row, std::string_view key, const std::vector<std::int64_t>& given, bool isTarget)
{
    if (given.empty())
        return badInput(
            fmt::format("{}: line {}, {}: expected at least one id, found none", m_where, row.line, key));
    for (std::size_t i = 0; i < given.size(); ++i) {
        if ((given[i] < 0 || given[i] >= m_traits.vocabulary) && !(isTarget && given[i] == kNotScored))
            return badInput(fmt::format(
                "{}: line {}, {}[{}]: expected an id from 0 to {}, the model's vocabulary{}, found {}",
                m_where, row.line, key, i, m_traits.vocabulary - 1,
                isTarget ? ", or -100 for a position that is not scored" : "", given[i]));
    }
    const std::size_t kept = std::min(given.size(), static_cast<std::size_t>(m_maxLength));
    std::vector<std::int32_t> ids(kept);
    std::transform(
        given.begin(), given.begin() + static_cast<std::ptrdiff_t>(kept), ids.begin(),
        [](std::int64_t id) { return static_cast<std::int32_t>(id); });
    if (kept < given.size()) {
        m_isCut = true;
        if (given.back() == kEnd)
            ids.back() = kEnd;
    }
    return ids;
}

Result<std::vector<std::int32_t>> SampleBuilder::textIds(
    const Row& row, std::string_view column, std::string_view text, const std::optional<std::string>& second)
{
    if (!m_traits.tokenizer)
        return badInput(fmt::format(
            "{}: line {}: found text, but the model folder has no tokenizer; add tokenizer.json or "
            "spiece.model to it, or give JSON Lines with input_ids",
            m_where, row.line));
    tokenizer::Tokenizer::Encoding encoding = m_traits.tokenizer->encode(
        text, second ? std::optional<std::string_view>(*second) : std::nullopt, m_maxLength);
    m_isCut = m_isCut || encoding.truncated;
    if (encoding.ids.empty()) // an empty text, and a tokenizer that puts nothing behind it
        encoding.ids.push_back(kEnd);
    const auto outside = std::find_if(encoding.ids.begin(), encoding.ids.end(), [this](std::int32_t id) {
        return id < 0 || id >= m_traits.vocabulary;
    });
    if (outside != encoding.ids.end())
        return badInput(fmt::format(
            "{}: line {}{}{}: the tokenizer gives id {}, expected one from 0 to {}, the model's vocabulary; "
            "the tokenizer belongs to another model",
            m_where, row.line, column.empty() ? "" : ", ", column, *outside, m_traits.vocabulary - 1));
    return std::move(encoding.ids);
}

Result<std::vector<std::int32_t>> SampleBuilder::target(const Row& row)
{
    if (m_task != api::Task::seq2seq && m_task != api::Task::score)
        return std::vector<std::int32_t>();
    if (row.targetIds)
        return givenIds(row, kTargetIdsKey, *row.targetIds, true);
    if (row.target)
        return textIds(row, kTargetColumn, *row.target, std::nullopt);
    return std::vector<std::int32_t>();
}

} // namespace sida::dataset
