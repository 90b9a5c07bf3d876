// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/metric.h"

#include <cmath>

namespace sida::api
{

std::string_view metricName(Task task)
{
    switch (task) {
    case Task::classify:
    case Task::sst2:
    case Task::rte:
        return "accuracy";
    case Task::mrpc:
        return "f1";
    case Task::multirc:
        return "f1a";
    case Task::seq2seq:
        return "exact_match";
    case Task::score:
        return "perplexity";
    case Task::text:
        break;
    }
    return "";
}

MetricAccumulator::MetricAccumulator(std::string_view name)
    : m_kind(
        name == "f1" || name == "f1a" ? Kind::f1
            : name == "perplexity"    ? Kind::perplexity
                                      : Kind::share)
{
}

void MetricAccumulator::addAnswer(std::int32_t label, std::int32_t prediction)
{
    if (label < 0 || prediction < 0 || m_kind == Kind::perplexity)
        return;
    ++m_counted;
    m_right += label == prediction ? 1 : 0;
    m_truePositives += label == 1 && prediction == 1 ? 1 : 0;
    m_predictedPositives += prediction == 1 ? 1 : 0;
    m_actualPositives += label == 1 ? 1 : 0;
}

void MetricAccumulator::addLoss(double sum, std::uint64_t tokens)
{
    if (tokens == 0 || m_kind != Kind::perplexity)
        return;
    m_counted += tokens;
    m_loss += sum;
}

std::optional<double> MetricAccumulator::value() const
{
    if (m_counted == 0)
        return std::nullopt;
    const auto counted = static_cast<double>(m_counted);
    switch (m_kind) {
    case Kind::share:
        return static_cast<double>(m_right) / counted;
    case Kind::perplexity:
        return std::exp(m_loss / counted);
    case Kind::f1:
        break;
    }
    const auto positives = static_cast<double>(m_predictedPositives + m_actualPositives);
    return positives > 0 ? 2 * static_cast<double>(m_truePositives) / positives : 0;
}

} // namespace sida::api
