// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/base/units.h"
#include "engine/report/replay_json.h"

#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

namespace sida::cli
{

namespace
{

struct ReplaySettings {
    std::string session;
    std::vector<std::string> policies;
    std::vector<std::string> budgets;
    int threads = 0;
    bool json = false;
};

std::string share(std::uint64_t bytes, const api::ReplayResult& result)
{
    return fmt::format(
        "{:.0f} %",
        100 * static_cast<double>(bytes)
            / static_cast<double>(std::max<std::uint64_t>(1, result.residentBytes)));
}

std::string duration(double seconds)
{
    return units::formatDuration(std::llround(seconds * 1e9));
}

void writePoint(
    std::ostream& out, const api::ReplayResult& result, const std::string& name,
    const api::ReplayPoint& point, const std::string& remark)
{
    out << fmt::format(
        "  {:<19}{:>11}{:>7}{:>8}{:>9}{:>13}{:>13}{:>11}{:>11}{}\n", name,
        units::formatBytes(point.budgetBytes), share(point.budgetBytes, result),
        units::formatCount(static_cast<std::uint64_t>(point.slots)), units::formatPercent(point.hitRate()),
        units::formatBytes(point.bytes), units::formatBytes(point.wastedBytes), duration(point.stallSeconds),
        units::formatNumber(point.samplesPerSecond), remark);
}

void writeTable(std::ostream& out, const api::ReplayResult& result)
{
    out << fmt::format(
        "  {:<19}{:>11}{:>7}{:>8}{:>9}{:>13}{:>13}{:>11}{:>11}\n", "", "budget", "", "slots", "hits",
        "copied", "wasted", "stalls", "samples/s");
    writePoint(out, result, api::name(result.recordedConfiguration), result.recorded, "  measured");
    for (const api::ReplayCurve& curve : result.curves) {
        for (std::size_t i = 0; i < curve.points.size(); ++i)
            writePoint(
                out, result, i == 0 ? api::name(curve.configuration) : std::string(), curve.points[i],
                static_cast<int>(i) == curve.knee ? "  knee" : "");
    }
    out << fmt::format(
        "  Simulated from the trace, but for the measured row; a copy takes {}, as it did in the "
        "recording.\n",
        duration(result.copySeconds));
}

Status execute(const ReplaySettings& settings, Context& context)
{
    SIDA_TRY(checkInput(settings.session));
    api::ReplayOptions options;
    for (const std::string& policy : settings.policies) {
        SIDA_TRY_ASSIGN(const auto named, api::parseReplayConfigurations(policy));
        options.configurations.insert(options.configurations.end(), named.begin(), named.end());
    }
    for (const std::string& budget : settings.budgets) {
        SIDA_TRY_ASSIGN(options.budgets.emplace_back(), units::parseBudget(budget));
    }
    options.threads = settings.threads;
    ProgressLine progress(context.err, context.showProgress);
    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    SIDA_TRY_ASSIGN(
        const std::shared_ptr<const api::Recording> recording,
        engine->openSession(settings.session, progress.sink(), context.stop));
    SIDA_TRY_ASSIGN(
        const api::ReplayResult result, engine->replay(*recording, options, progress.sink(), context.stop));
    progress.wipe();
    if (settings.json) {
        context.out << report::replayJson(result, settings.session) << '\n';
        return {};
    }
    writeTable(context.out, result);
    for (const std::string& note : result.notes)
        context.err << "note: " << note << '\n';
    return {};
}

} // namespace

Command addReplay(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand(
        "replay", "Say what a recorded run would have been under other budgets and policies");
    auto settings = std::make_shared<ReplaySettings>();
    parser->add_option("SESSION", settings->session, "A .sida file")->required();
    parser
        ->add_option(
            "--policies", settings->policies,
            "Separated by commas: resident, on-demand, sida, or one with its eviction (sida:lookahead, "
            "on-demand:belady); all that the session allows when left out")
        ->delimiter(',')
        ->type_name("P,...");
    parser
        ->add_option(
            "--budgets", settings->budgets,
            "Separated by commas, sizes or shares of what resident needs (2GiB,20%); the smallest and every "
            "tenth "
            "when left out")
        ->delimiter(',')
        ->type_name("SIZE,...");
    parser->add_option("--threads", settings->threads, "Threads that simulate; 0 = all of the machine")
        ->check(CLI::Range(0, 256))
        ->type_name("N");
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
