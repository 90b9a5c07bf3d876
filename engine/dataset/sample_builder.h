// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"
#include "engine/dataset/label_names.h"
#include "engine/dataset/row_source.h"

#include <string_view>

namespace sida::dataset
{

/// Makes samples of rows: tokenises, cuts to the maximal length and checks labels, targets and ids against
/// the model and the task.
class SampleBuilder
{
public:
    /// Place and traits must outlive the builder.
    SampleBuilder(const std::string& where, int maxLength, api::Task task, const ModelTraits& traits);

    Result<Sample> build(const Row& row);
    std::uint64_t truncated() const { return m_truncated; }

private:
    Status checkTask(const Row& row) const;
    Result<int> label(const Row& row) const;
    /// Ids that the file gives; -100 is fine among those of a target.
    Result<std::vector<std::int32_t>>
    givenIds(const Row& row, std::string_view key, const std::vector<std::int64_t>& given, bool isTarget);
    Result<std::vector<std::int32_t>> textIds(
        const Row& row, std::string_view column, std::string_view text,
        const std::optional<std::string>& second);
    Result<std::vector<std::int32_t>> target(const Row& row);

    const std::string& m_where;
    const int m_maxLength;
    const api::Task m_task;
    const ModelTraits& m_traits;
    const LabelNames m_names;
    bool m_isCut = false; ///< the sample in progress
    std::uint64_t m_truncated = 0;
};

} // namespace sida::dataset
