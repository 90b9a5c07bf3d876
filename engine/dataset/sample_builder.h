// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"
#include "engine/dataset/row_source.h"

namespace sida::dataset
{

/// Makes samples of rows: tokenises, cuts to the maximal length and checks labels and ids against the model.
class SampleBuilder
{
public:
    /// `labels` is the number of classes, or 0 when labels are not checked. All must outlive the builder.
    SampleBuilder(const std::string& where, int maxLength, int labels, const ModelTraits& traits)
        : m_where(where)
        , m_maxLength(maxLength)
        , m_labels(labels)
        , m_traits(traits)
    {
    }

    Result<Sample> build(const Row& row);
    std::uint64_t truncated() const { return m_truncated; }

private:
    Result<int> label(const Row& row) const;
    Result<std::vector<std::int32_t>> givenIds(const Row& row);
    Result<std::vector<std::int32_t>> textIds(const Row& row);

    const std::string& m_where;
    int m_maxLength;
    int m_labels;
    const ModelTraits& m_traits;
    std::uint64_t m_truncated = 0;
};

} // namespace sida::dataset
