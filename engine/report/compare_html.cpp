// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/compare_html.h"

#include "engine/base/units.h"
#include "engine/report/chart_scale.h"
#include "engine/report/html.h"
#include "engine/report/page.h"
#include "engine/report/run_series.h"
#include "engine/report/svg.h"
#include "engine/report/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr double kWidth = 820;
constexpr double kLeft = 44;
constexpr double kRight = 700;
constexpr double kPlot = 132;
constexpr double kMapLeft = 112;
constexpr double kMapRight = 740;
constexpr double kRow = 16;
constexpr std::size_t kMostColumns = 512;

std::string lineClass(std::size_t run)
{
    constexpr std::array<std::string_view, 4> kClasses = {"run-a", "run-b", "run-c", "run-d"};
    return std::string(kClasses[run % kClasses.size()]);
}

std::string fileName(const std::string& path)
{
    const std::string name = std::filesystem::path(path).filename().string();
    return name.empty() ? path : name;
}

const api::ComparedFigure* figure(const api::Comparison& comparison, std::string_view key)
{
    const auto found = std::find_if(
        comparison.figures.begin(), comparison.figures.end(),
        [&](const api::ComparedFigure& one) { return one.key == key; });
    return found == comparison.figures.end() ? nullptr : &*found;
}

/// How one run stands to the baseline, in a sentence.
std::string sentence(const api::Comparison& comparison, std::size_t run)
{
    const std::string letter = api::runLetter(run);
    std::string text;
    if (const api::ComparedFigure* speed = figure(comparison, "samples_per_s")) {
        const api::ComparedFigure::Run& value = speed->runs[run];
        const std::string both = fmt::format(
            "({} samples/s, A {})", units::formatNumber(value.value),
            units::formatNumber(speed->runs[0].value));
        if (value.verdict == api::Verdict::withinSpread)
            text = fmt::format("{} is as fast as A within the spread of the passes {}", letter, both);
        else if (value.verdict == api::Verdict::better || value.verdict == api::Verdict::worse)
            text = fmt::format(
                "{} is {:.1f} % {} than A {}", letter, std::abs(value.percent),
                value.delta > 0 ? "faster" : "slower", both);
        else
            text = fmt::format("{} is as fast as A {}", letter, both);
    }
    if (const api::ComparedFigure* peak = figure(comparison, "memory.peak_bytes"))
        text += fmt::format(
            ", needs {} of device memory (A {})", api::formatFigure(peak->runs[run].value, peak->unit),
            api::formatFigure(peak->runs[0].value, peak->unit));
    const api::ComparedAnswers& answers = comparison.answers[run];
    if (answers.samples > 0)
        text += answers.equal == answers.samples
            ? fmt::format(
                " and gives the same answer for all {} samples that both ran",
                units::formatCount(answers.samples))
            : fmt::format(
                " and gives the same answer for {} of the {} samples that both ran",
                units::formatCount(answers.equal), units::formatCount(answers.samples));
    return text.empty() ? text : text + ".";
}

std::string verdict(const api::Comparison& comparison)
{
    std::string text;
    for (std::size_t run = 1; run < comparison.names.size(); ++run)
        text += (run > 1 ? " " : "") + sentence(comparison, run);
    return text;
}

std::string runsSection(const api::Comparison& comparison, std::span<const api::NamedRecording> runs)
{
    std::string table
        = "<thead><tr><th scope=\"col\">Run</th><th scope=\"col\" class=\"word\">Session</th><th "
          "scope=\"col\" "
          "class=\"word\">Model</th><th scope=\"col\" class=\"word\">Data</th><th scope=\"col\" "
          "class=\"word\">Policy</th><th scope=\"col\">Batches</th></tr></thead>\n<tbody>\n";
    for (std::size_t run = 0; run < runs.size(); ++run) {
        const api::RunHeader& header = runs[run].recording->header;
        std::string policy(api::name(header.policy));
        if (header.policy != api::Policy::resident)
            policy += fmt::format(", {}", api::name(header.eviction));
        table += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"word wide\">{}</td><td class=\"word\">{}</td><td "
            "class=\"word\">{}</td><td class=\"word\">{}</td><td>{}</td></tr>\n",
            api::runLetter(run), escape(fileName(comparison.names[run])), escape(header.modelName),
            escape(header.datasetName), escape(policy),
            units::formatCount(runs[run].recording->rows.batches.size()));
    }
    return section(
        "runs",
        heading("The runs", "A is the baseline") + "<div class=\"scroll\"><table>\n" + table
            + "</tbody></table></div>\n");
}

/// Hashes in full would push everything else off the page.
std::string shortened(const std::string& value)
{
    constexpr std::size_t kMost = 40;
    if (value.empty())
        return "-";
    return value.size() > kMost && value.find('/') == std::string::npos
            && value.find(' ') == std::string::npos
        ? value.substr(0, 12) + "..."
        : value;
}

std::string settingsSection(const api::Comparison& comparison)
{
    const std::string title = heading(
        "Settings that differ",
        fmt::format("{} others are equal", units::formatCount(comparison.equal.size())));
    if (comparison.different.empty())
        return section("settings", title + "<p class=\"empty\">All settings are equal.</p>\n");
    std::string table = "<thead><tr><th scope=\"col\">Setting</th>";
    for (std::size_t run = 0; run < comparison.names.size(); ++run)
        table += fmt::format("<th scope=\"col\" class=\"word\">{}</th>", api::runLetter(run));
    table += "</tr></thead>\n<tbody>\n";
    for (const api::ComparedSetting& setting : comparison.different) {
        table += fmt::format("<tr><th scope=\"row\">{}</th>", escape(setting.key));
        for (const std::string& value : setting.values)
            table += fmt::format("<td class=\"word wide\">{}</td>", escape(shortened(value)));
        table += "</tr>\n";
    }
    return section(
        "settings", title + "<div class=\"scroll\"><table>\n" + table + "</tbody></table></div>\n");
}

std::string spreadWords(const api::ComparedFigure& figure, const api::ComparedFigure::Run& run)
{
    if (std::isnan(run.least) || std::isnan(run.most))
        return {};
    return fmt::format(
        " ({} to {})", api::formatFigure(run.least, figure.unit), api::formatFigure(run.most, figure.unit));
}

std::string figuresSection(const api::Comparison& comparison)
{
    std::string table = "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\">A</th>";
    for (std::size_t run = 1; run < comparison.names.size(); ++run)
        table += fmt::format(
            "<th scope=\"col\">{0}</th><th scope=\"col\" class=\"word\">{0} against A</th>",
            api::runLetter(run));
    table += "</tr></thead>\n<tbody>\n";
    bool spread = false;
    for (const api::ComparedFigure& figure : comparison.figures) {
        table += fmt::format(
            "<tr><th scope=\"row\">{}{}</th>", escape(figure.words), figure.perSample ? " a sample" : "");
        for (std::size_t run = 0; run < figure.runs.size(); ++run) {
            const api::ComparedFigure::Run& value = figure.runs[run];
            const std::string range = spreadWords(figure, value);
            spread = spread || !range.empty();
            table += fmt::format("<td>{}{}</td>", api::formatFigure(value.value, figure.unit), range);
            if (run == 0)
                continue;
            const bool judged = value.verdict == api::Verdict::better || value.verdict == api::Verdict::worse;
            table += fmt::format(
                "<td class=\"word{}\">{}</td>", judged ? " strong" : "", api::formatVerdict(value));
        }
        table += "</tr>\n";
    }
    return section(
        "figures-table",
        heading(
            "Figures",
            spread ? "in brackets the smallest and the largest of the passes over the data"
                   : "a single pass over the data tells no spread: repeat the runs to know it")
            + "<div class=\"scroll\"><table>\n" + table + "</tbody></table></div>\n");
}

std::string throughputSection(std::span<const api::NamedRecording> runs)
{
    std::vector<RunSeries> series;
    double seconds = 0;
    double top = 0;
    for (const api::NamedRecording& run : runs) {
        series.push_back(summariseOverTime(run.recording->rows));
        seconds = std::max(seconds, series.back().seconds);
        for (const double value : series.back().samplesPerSecond)
            top = std::isfinite(value) ? std::max(top, value) : top;
    }
    const std::string title = heading("Samples per second", "over the time since each run's first batch");
    if (seconds <= 0 || top <= 0)
        return section("over", title + "<p class=\"empty\">No batch was recorded.</p>\n");
    top = roundUp(top);
    Svg svg(kWidth, kPlot + 44, "Samples per second of each run over time");
    const double bottom = kPlot + 4;
    for (const double part : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        const double y = bottom - part * kPlot;
        svg.line({kLeft, y}, {kRight, y}, part == 0 ? "axis" : "grid");
        if (part == 0 || part == 0.5 || part == 1)
            svg.text({kLeft - 8, y + 4}, tickLabel(top * part, top / 2), "end");
    }
    const bool inMilliseconds = seconds < 2;
    const double unit = inMilliseconds ? 1e-3 : 1;
    const std::vector<double> times = ticks(seconds / unit, 8);
    for (const double value : times) {
        const double x = kLeft + value * unit / seconds * (kRight - kLeft);
        svg.line({x, bottom - kPlot}, {x, bottom}, "grid");
        svg.text({x, bottom + 16}, tickLabel(value, times.size() > 1 ? times[1] : 1), "middle");
    }
    svg.text({(kLeft + kRight) / 2, bottom + 32}, inMilliseconds ? "ms" : "s", "middle", "secondary");
    for (std::size_t run = 0; run < series.size(); ++run) {
        std::vector<Point> points;
        for (std::size_t i = 0; i < series[run].samplesPerSecond.size(); ++i) {
            const double middle = (static_cast<double>(i) + 0.5) * series[run].bucketSeconds;
            points.push_back(
                {kLeft + std::min(middle, seconds) / seconds * (kRight - kLeft),
                 bottom - series[run].samplesPerSecond[i] / top * kPlot});
        }
        svg.polyline(points, lineClass(run));
        const double y = 16 + 20 * static_cast<double>(run);
        svg.line({kRight + 14, y - 4}, {kRight + 42, y - 4}, lineClass(run));
        svg.text({kRight + 48, y}, api::runLetter(run));
    }
    return section("over", title + svg.finish());
}

double largestDifference(const api::Comparison& comparison)
{
    double most = 0;
    for (const auto& run : comparison.routedDifference)
        for (const api::LayerDifference& layer : run)
            for (const double share : layer.shares)
                most = std::max(most, std::abs(share));
    return most;
}

std::string differenceMap(const std::vector<api::LayerDifference>& layers, double most, std::size_t run)
{
    std::size_t experts = 0;
    for (const api::LayerDifference& layer : layers)
        experts = std::max(experts, layer.shares.size());
    const std::size_t perColumn = (experts + kMostColumns - 1) / kMostColumns;
    const double height = kRow * static_cast<double>(layers.size());
    Svg svg(
        kWidth, std::max(height + 34, 100.0),
        fmt::format("Share of tokens that each expert got in {}, less its share in A", api::runLetter(run)));
    const double each = (kMapRight - kMapLeft) / static_cast<double>(experts);
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        const double y = kRow * static_cast<double>(layer);
        const std::string name = layerWords(layers[layer].layer);
        svg.text({kMapLeft - 8, y + 12}, name, "end");
        const std::vector<double>& shares = layers[layer].shares;
        for (std::size_t column = 0; column * perColumn < shares.size(); ++column) {
            double share = 0; // of neighbours that share a column, the one that differs most
            for (std::size_t i = column * perColumn; i < std::min(shares.size(), (column + 1) * perColumn);
                 ++i)
                share = std::abs(shares[i]) > std::abs(share) ? shares[i] : share;
            const double width = each * static_cast<double>(perColumn);
            svg.cell(
                {kMapLeft + width * static_cast<double>(column), y}, width - (width >= 8 ? 1 : 0), kRow - 1,
                diverging(most > 0 ? share / most : 0),
                fmt::format("{}, expert {}: {:+.2f} % of the tokens", name, column * perColumn, 100 * share));
        }
    }
    double step = 1;
    while (step * 8 < static_cast<double>(experts))
        step *= 2;
    for (double expert = 0; expert < static_cast<double>(experts); expert += step)
        svg.text({kMapLeft + (expert + 0.5) * each, height + 14}, tickLabel(expert, 1), "middle");
    svg.text({(kMapLeft + kMapRight) / 2, height + 30}, "expert", "middle", "secondary");
    constexpr int kSteps = 21;
    for (int i = 0; i < kSteps; ++i)
        svg.cell(
            {kMapRight + 14, 4 + 64.0 * i / kSteps}, 14, 64.0 / kSteps + 0.3,
            diverging(1 - 2 * static_cast<double>(i) / (kSteps - 1)));
    svg.text({kMapRight + 34, 12}, fmt::format("+{:.2g} %", 100 * most));
    svg.text({kMapRight + 34, 40}, "equal");
    svg.text({kMapRight + 34, 68}, fmt::format("-{:.2g} %", 100 * most));
    return svg.finish();
}

std::string expertsSection(const api::Comparison& comparison)
{
    std::string out;
    const double most = largestDifference(comparison);
    for (std::size_t run = 1; run < comparison.routedDifference.size(); ++run) {
        if (comparison.routedDifference[run].empty())
            continue;
        out += heading(
            fmt::format("Experts, {} less A", api::runLetter(run)),
            "points of the layer's tokens that an expert got more or less than in A");
        out += most > 0 ? differenceMap(comparison.routedDifference[run], most, run)
                        : std::string("<p class=\"empty\">Every expert got the same share of the "
                                      "tokens.</p>\n");
    }
    return out.empty() ? out : section("experts", out);
}

} // namespace

Result<std::string> compareHtml(std::span<const api::NamedRecording> runs)
{
    SIDA_TRY_ASSIGN(const api::Comparison comparison, api::compare(runs));
    std::string title;
    std::string command = "sida report";
    for (std::size_t run = 0; run < runs.size(); ++run) {
        title += (run == 0 ? "" : run + 1 == runs.size() ? " and " : ", ") + fileName(comparison.names[run]);
        command += " " + fileName(comparison.names[run]);
    }
    std::string page = beginPage(title + " compared");
    page += fmt::format(
        "<header><div class=\"line\"><span>SiDA Studio comparison</span><span>{} runs</span></div>\n"
        "<h1>{} compared</h1>\n<p class=\"verdict\">{}</p>\n",
        runs.size(), escape(title), escape(verdict(comparison)));
    for (const std::string& note : comparison.notes)
        page += fmt::format("<p class=\"caution\">{}</p>\n", escape(note));
    page += "</header>\n";
    page += settingsSection(comparison) + runsSection(comparison, runs) + figuresSection(comparison)
        + throughputSection(runs) + expertsSection(comparison);
    page += endPage(
        "Better and worse: more samples and hits are better, less time, memory and copying are. A "
        "difference inside the spread of a run's own passes over the data is called within spread. Every "
        "figure is measured by the runs; none is estimated.",
        command + " --format html --output comparison.html");
    return page;
}

} // namespace sida::report
