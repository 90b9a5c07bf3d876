// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sida::api
{

/// "accuracy" (share of right answers), "f1" and "f1a" (harmonic mean of precision and recall of label 1;
/// MultiRC's F1a is that over all answers of all questions), "exact_match" (share of generations that are the
/// target), "perplexity" (of all scored tokens together), as GLUE and SuperGLUE judge their tasks. Empty for
/// `text`, which is not judged.
std::string_view metricName(Task task);

/// Sums up one of these metrics.
class MetricAccumulator
{
public:
    /// Any name but those above is taken for "accuracy".
    explicit MetricAccumulator(std::string_view name);

    /// Counts unless one of them is negative.
    void addAnswer(std::int32_t label, std::int32_t prediction);
    /// Cross-entropy of a sample in nats, summed over its scored tokens.
    void addLoss(double sum, std::uint64_t tokens);

    /// Nothing before anything was counted. F1 is 0 when nothing is or should be label 1, as upstream has it.
    std::optional<double> value() const;
    /// Samples, or for perplexity tokens.
    std::uint64_t counted() const { return m_counted; }

private:
    enum class Kind : std::uint8_t { share, f1, perplexity };

    Kind m_kind;
    std::uint64_t m_counted = 0;
    std::uint64_t m_right = 0;
    std::uint64_t m_truePositives = 0;
    std::uint64_t m_predictedPositives = 0;
    std::uint64_t m_actualPositives = 0;
    double m_loss = 0;
};

} // namespace sida::api
