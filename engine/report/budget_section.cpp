// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"
#include "engine/report/chart_scale.h"
#include "engine/report/html.h"
#include "engine/report/sections.h"
#include "engine/report/svg.h"
#include "engine/report/words.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr double kWidth = 820;
constexpr double kLeft = 44;
constexpr double kRight = 640;
constexpr double kPlot = 140;
constexpr double kTop = 6;

std::string_view lineOf(const api::ReplayConfiguration& configuration, std::size_t place)
{
    constexpr std::array<std::string_view, 4> kLines = {"run-a", "run-b", "run-c", "run-d"};
    return configuration.belady ? std::string_view("bound") : kLines[place % kLines.size()];
}

class BudgetChart
{
public:
    explicit BudgetChart(const api::ReplayResult& result)
        : m_result(result)
        , m_unit(byteUnit(result.residentBytes))
        , m_svg(kWidth, kTop + kPlot + 40, "Simulated samples per second over the budget")
    {
        double most = result.recorded.samplesPerSecond;
        for (const api::ReplayCurve& curve : result.curves)
            for (const api::ReplayPoint& point : curve.points)
                most = std::max(most, point.samplesPerSecond);
        m_top = roundUp(most);
    }

    std::string draw()
    {
        drawAxes();
        for (std::size_t i = 0; i < m_result.curves.size(); ++i)
            drawCurve(m_result.curves[i], i);
        const double x = xAt(m_result.recorded.budgetBytes);
        const double y = yAt(m_result.recorded.samplesPerSecond);
        m_svg.rect({x - 4, y - 4}, 8, 8, "point-b");
        drawLegend();
        return m_svg.finish();
    }

private:
    double xAt(std::uint64_t bytes) const
    {
        const double whole = std::max(1.0, static_cast<double>(m_result.residentBytes));
        return kLeft + static_cast<double>(bytes) / whole * (kRight - kLeft);
    }
    double yAt(double samples) const { return kTop + kPlot - samples / m_top * kPlot; }

    void drawAxes()
    {
        for (const double part : {0.0, 0.5, 1.0}) {
            const double y = yAt(part * m_top);
            m_svg.line({kLeft, y}, {kRight, y}, part == 0 ? "axis" : "grid");
            m_svg.text({kLeft - 8, y + 4}, tickLabel(m_top * part, m_top / 2), "end");
        }
        const double most = static_cast<double>(m_result.residentBytes) / m_unit.bytes;
        const std::vector<double> values = ticks(most, 8);
        const double step = values.size() > 1 ? values[1] : 1;
        for (const double value : values) {
            const double x = kLeft + value / most * (kRight - kLeft);
            m_svg.line({x, kTop}, {x, kTop + kPlot}, "grid");
            m_svg.text({x, kTop + kPlot + 16}, tickLabel(value, step), "middle");
        }
        m_svg.text(
            {(kLeft + kRight) / 2, kTop + kPlot + 32}, fmt::format("budget, {}", m_unit.name), "middle",
            "secondary");
    }

    void drawCurve(const api::ReplayCurve& curve, std::size_t place)
    {
        std::vector<Point> points;
        for (const api::ReplayPoint& point : curve.points)
            points.push_back({xAt(point.budgetBytes), yAt(point.samplesPerSecond)});
        m_svg.polyline(points, lineOf(curve.configuration, place));
        if (curve.knee < 0)
            return;
        const Point& knee = points[static_cast<std::size_t>(curve.knee)];
        m_svg.rect({knee.x - 3, knee.y - 3}, 6, 6, "point-a");
        if (place == 0)
            m_svg.text({knee.x + 8, knee.y + 14}, "knee", "start", "halo");
    }

    void drawLegend()
    {
        double y = kTop + 12;
        for (std::size_t i = 0; i < m_result.curves.size(); ++i) {
            m_svg.line(
                {kRight + 14, y - 4}, {kRight + 42, y - 4}, lineOf(m_result.curves[i].configuration, i));
            m_svg.text({kRight + 48, y}, api::name(m_result.curves[i].configuration));
            y += 20;
        }
        m_svg.rect({kRight + 24, y - 8}, 8, 8, "point-b");
        m_svg.text({kRight + 48, y}, "as recorded");
    }

    const api::ReplayResult& m_result;
    const ByteUnit m_unit;
    Svg m_svg;
    double m_top = 1;
};

std::string kneeWords(const api::ReplayResult& result)
{
    const api::ReplayCurve& curve = result.curves.front();
    const std::string name = api::name(curve.configuration);
    if (curve.knee < 0)
        return fmt::format("With {} the throughput has no bend over the budget.", name);
    const api::ReplayPoint& knee = curve.points[static_cast<std::size_t>(curve.knee)];
    const double most = curve.points.back().samplesPerSecond;
    return fmt::format(
        "With {} the bend is at {}: {} of the throughput with {}, and {} of uses find their expert there.",
        name, units::formatBytes(knee.budgetBytes),
        units::formatPercent(most > 0 ? knee.samplesPerSecond / most : 0),
        units::formatBytes(curve.points.back().budgetBytes), units::formatPercent(knee.hitRate()));
}

} // namespace

std::string budgetSection(const api::ReplayResult& replay)
{
    if (replay.curves.empty() || replay.curves.front().points.empty() || replay.residentBytes == 0)
        return {};
    return section(
        "budget-curve",
        heading(
            "What other budgets would give", "samples/s, simulated from this run's uses and measured times")
            + BudgetChart(replay).draw()
            + fmt::format("<p class=\"note\">{}</p>\n", escape(kneeWords(replay))));
}

api::ReplayOptions budgetCurveOptions(const api::RunHeader& header)
{
    api::ReplayOptions options;
    api::ReplayConfiguration recorded{header.policy, header.eviction, false};
    if (recorded.policy == api::Policy::resident) // its curve is a point
        recorded = {api::Policy::onDemand, api::Eviction::lfru, false};
    options.configurations.push_back(recorded);
    const api::ReplayConfiguration plain{api::Policy::onDemand, api::Eviction::lru, false};
    if (!(recorded == plain))
        options.configurations.push_back(plain);
    options.configurations.push_back({api::Policy::onDemand, api::Eviction::lru, true});
    return options;
}

} // namespace sida::report
