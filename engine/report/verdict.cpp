// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace sida::report
{

namespace
{

/// "13 %": in a sentence a whole number reads better, except where it would be zero or all.
std::string roughPercent(double share)
{
    if (!std::isfinite(share))
        return "-";
    if (share > 0 && share < 0.01)
        return "less than 1 %";
    if (share > 0.99 && share < 1)
        return "more than 99 %";
    return fmt::format("{:.0f} %", share * 100);
}

bool usesBudget(const api::RunHeader& header, const api::Figures& figures)
{
    return header.policy != api::Policy::resident && figures.budgetBytes > 0 && header.residentBytes > 0;
}

std::string keptSentence(const ReportInput& input)
{
    const api::Figures& figures = input.figures;
    const api::RunHeader& header = input.recording.header;
    std::string text
        = fmt::format("The run kept {} samples/s", units::formatNumber(figures.samplesPerSecond));
    if (header.residentBytes > 0 && figures.peakBytes > 0)
        text += fmt::format(
            " with {} of the {} that the resident model needs", units::formatBytes(figures.peakBytes),
            units::formatBytes(header.residentBytes));
    if (header.routing == api::Routing::exact)
        return text + ", and every token went where the model's own router sent it.";
    text += ", and tokens went where the predictor sent them";
    if (figures.equalOutputs)
        return text
            + fmt::format(
                   ": {} of its answers equal the resident model's.", roughPercent(*figures.equalOutputs));
    return text + ", so its outputs may differ from the model's.";
}

std::string waitedSentence(const api::Figures& figures)
{
    const double inBatches = batchMilliseconds(figures);
    if (figures.stallMs <= 0 || inBatches <= 0)
        return "It never waited for experts.";
    const CauseWords& cause = largestCause(figures.stallMsByCause);
    const double part = figures.stallMsByCause[static_cast<std::size_t>(cause.cause)] / figures.stallMs;
    const std::string share
        = part > 0.999 ? std::string("all of that") : fmt::format("{} of that", roughPercent(part));
    return fmt::format(
        "It waited for experts {} of the time, {} because {}.", roughPercent(figures.stallMs / inBatches),
        share, cause.because);
}

} // namespace

std::string titleText(const ReportInput& input)
{
    const api::RunHeader& header = input.recording.header;
    std::string title = header.modelName.empty() ? "Unnamed model" : header.modelName;
    if (!header.datasetName.empty())
        title += " on " + header.datasetName;
    const auto& budgets = input.recording.rows.budgets;
    if (std::any_of(budgets.begin(), budgets.end(), [](const api::BudgetRow& row) { return row.accepted; }))
        return title + " under a changing budget";
    if (!usesBudget(header, input.figures))
        return header.policy == api::Policy::resident ? title + ", all experts resident" : title;
    const double share
        = static_cast<double>(input.figures.budgetBytes) / static_cast<double>(header.residentBytes);
    return title + fmt::format(" at {} of its memory", roughPercent(share));
}

std::string verdictText(const ReportInput& input)
{
    if (input.figures.batches == 0)
        return "The recording holds no finished batch, so there is nothing to judge.";
    return keptSentence(input) + " " + waitedSentence(input.figures);
}

std::vector<std::string> cautions(const ReportInput& input)
{
    const api::Recording& recording = input.recording;
    std::vector<std::string> lines;
    switch (recording.state) {
    case api::RecordingState::recovered:
        lines.push_back(
            "Recovered: the program ended before it closed the session. What was recorded until then "
            "is shown.");
        break;
    case api::RecordingState::stopped:
        lines.push_back(fmt::format(
            "Stopped by the user after {} of {} batches.", units::formatCount(input.figures.batches),
            units::formatCount(recording.header.totalBatches)));
        break;
    case api::RecordingState::failed:
        lines.push_back(fmt::format("The run failed: {}", recording.failure));
        break;
    case api::RecordingState::running:
        lines.push_back("The run was still going on when this report was written.");
        break;
    case api::RecordingState::complete:
        break;
    }
    if (input.figures.droppedEvents > 0)
        lines.push_back(fmt::format(
            "{} events were lost while recording; figures that count them are too low.",
            units::formatCount(input.figures.droppedEvents)));
    return lines;
}

std::vector<std::string> notices(const ReportInput& input)
{
    if (input.recording.header.device != api::DeviceKind::cpu)
        return {};
    return {
        "Measured on the CPU: \"device memory\" is an arena in host memory that keeps the same accounts, and "
        "copies go from host memory to host memory."};
}

std::uint64_t worstOverBudget(const api::Recording& recording)
{
    std::uint64_t worst = 0;
    for (const api::MemoryRow& row : recording.rows.memory) {
        const std::uint64_t total = std::accumulate(row.bytes.begin(), row.bytes.end(), std::uint64_t{0});
        if (row.budget > 0 && total > row.budget)
            worst = std::max(worst, total - row.budget);
    }
    return worst;
}

} // namespace sida::report
