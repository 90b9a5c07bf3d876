// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/chart_scale.h"
#include "engine/report/html.h"
#include "engine/report/run_series.h"
#include "engine/report/svg.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr double kWidth = 820;
constexpr double kLeft = 44;
constexpr double kRight = 700;
constexpr double kPanel = 48; ///< height of one of the three plots
constexpr double kGap = 20;
constexpr double kLabelLine = 14; ///< above the plots, where budget changes are named

struct Panel {
    std::string_view name;
    std::string_view cssClass;
    const std::vector<double>& values;
    double top = 1; ///< of the axis
    double mean = 0;
};

class OverRunChart
{
public:
    OverRunChart(const RunSeries& series, bool budgetsChanged)
        : m_series(series)
        , m_top(budgetsChanged ? kLabelLine : 4)
        , m_svg(
              kWidth, m_top + 3 * kPanel + 2 * kGap + 36,
              "Samples per second, hit rate and transfer rate over the run")
    {
    }

    void draw(const Panel& panel, int index);
    void drawTimeAxis();
    void markBudgets(const std::vector<api::BudgetRow>& budgets);
    std::string finish() { return m_svg.finish(); }

private:
    double xAt(double seconds) const { return kLeft + seconds / m_series.seconds * (kRight - kLeft); }
    double bottomOf(int index) const { return m_top + kPanel + index * (kPanel + kGap); }

    const RunSeries& m_series;
    double m_top;
    Svg m_svg;
};

void OverRunChart::draw(const Panel& panel, int index)
{
    const double bottom = bottomOf(index);
    for (const double part : {0.0, 0.5, 1.0}) {
        const double y = bottom - part * kPanel;
        m_svg.line({kLeft, y}, {kRight, y}, part == 0 ? "axis" : "grid");
        m_svg.text({kLeft - 8, y + 4}, tickLabel(panel.top * part, panel.top / 2), "end");
    }
    std::vector<Point> points;
    for (std::size_t i = 0; i < panel.values.size(); ++i) {
        const double middle = (static_cast<double>(i) + 0.5) * m_series.bucketSeconds;
        points.push_back(
            {xAt(std::min(middle, m_series.seconds)), bottom - panel.values[i] / panel.top * kPanel});
    }
    m_svg.polyline(points, panel.cssClass);
    const double y = bottom - kPanel / 2;
    m_svg.line({kRight + 14, y - 4}, {kRight + 30, y - 4}, panel.cssClass);
    m_svg.text({kRight + 36, y}, panel.name);
    m_svg.text({kRight + 36, y + 15}, "mean " + units::formatNumber(panel.mean), "start", "secondary");
}

void OverRunChart::drawTimeAxis()
{
    const bool inMilliseconds = m_series.seconds < 2;
    const double unit = inMilliseconds ? 1e-3 : 1;
    const std::vector<double> values = ticks(m_series.seconds / unit, 8);
    const double bottom = bottomOf(2);
    const double step = values.size() > 1 ? values[1] : 1;
    for (const double value : values) {
        const double x = xAt(value * unit);
        for (int panel = 0; panel < 3; ++panel)
            m_svg.line({x, bottomOf(panel) - kPanel}, {x, bottomOf(panel)}, "grid");
        m_svg.text({x, bottom + 16}, tickLabel(value, step), "middle");
    }
    m_svg.text(
        {(kLeft + kRight) / 2, bottom + 32},
        inMilliseconds ? "time since the first batch, ms" : "time since the first batch, s", "middle",
        "secondary");
}

void OverRunChart::markBudgets(const std::vector<api::BudgetRow>& budgets)
{
    double freeFrom = kLeft; // labels that would overlap the one before are left out, the line stays
    for (const api::BudgetRow& row : budgets) {
        const double x
            = std::clamp(xAt(static_cast<double>(row.time - m_series.origin) / 1e9), kLeft, kRight);
        m_svg.line({x, m_top - 2}, {x, bottomOf(2)}, row.accepted ? "budget" : "budget refused");
        const std::string label
            = row.accepted ? "budget " + units::formatBytes(row.to) : units::formatBytes(row.to) + " refused";
        const double width = 6.2 * static_cast<double>(label.size());
        const double start = std::min(x - 4, kRight - width);
        if (start < freeFrom - 8)
            continue;
        m_svg.text({start, m_top - 5}, label, "start", "budget-text");
        freeFrom = start + width + 16;
    }
}

double largest(const std::vector<double>& values)
{
    double top = 0;
    for (const double value : values) {
        if (std::isfinite(value))
            top = std::max(top, value);
    }
    return top;
}

} // namespace

std::string overRunSection(const ReportInput& input)
{
    const RunSeries series = summariseOverTime(input.recording.rows);
    if (series.empty())
        return section("over", heading("Over the run") + "<p class=\"empty\">No batch was recorded.</p>\n");
    const std::vector<api::BudgetRow>& budgets = input.recording.rows.budgets;
    const api::Figures& figures = input.figures;
    double copied = 0; // without what was copied before the first batch, so that it is the mean of the line
    for (const double rate : series.gigabytesPerSecond)
        copied += rate / static_cast<double>(series.gigabytesPerSecond.size());
    const double peakCopy = largest(series.gigabytesPerSecond);
    const bool slow = peakCopy > 0 && peakCopy < 0.1;
    std::vector<double> copies = series.gigabytesPerSecond;
    for (double& rate : copies)
        rate *= slow ? 1000 : 1;

    OverRunChart chart(series, !budgets.empty());
    chart.drawTimeAxis();
    chart.draw(
        {"Samples/s", "line-samples", series.samplesPerSecond, roundUp(largest(series.samplesPerSecond)),
         figures.samplesPerSecond},
        0);
    chart.draw({"Hit rate", "line-hits", series.hitRate, 1, api::hitRate(figures)}, 1);
    chart.draw(
        {slow ? "Transfers, MB/s" : "Transfers, GB/s", "line-copies", copies, roundUp(largest(copies)),
         copied * (slow ? 1000 : 1)},
        2);
    chart.markBudgets(budgets);
    const auto span = [](double seconds) { return units::formatDuration(std::llround(seconds * 1e9)); };
    return section(
        "over",
        heading(
            "Over the run", fmt::format("{}, means of {}", span(series.seconds), span(series.bucketSeconds)))
            + chart.finish());
}

} // namespace sida::report
