// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/api/compare.h"
#include "engine/base/units.h"
#include "engine/report/compare_json.h"

#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

namespace sida::cli
{

namespace
{

struct CompareSettings {
    std::vector<std::string> sessions;
    bool json = false;
};

void writeSettings(std::ostream& out, const api::Comparison& comparison)
{
    if (comparison.different.empty()) {
        out << "All settings are equal.\n";
        return;
    }
    out << "Settings that differ\n";
    for (const api::ComparedSetting& setting : comparison.different) {
        for (std::size_t run = 0; run < setting.values.size(); ++run)
            out << fmt::format(
                "  {:<24}{}  {}\n", run == 0 ? setting.key : std::string(), static_cast<char>('A' + run % 26),
                setting.values[run].empty() ? "-" : setting.values[run]);
    }
}

void writeFigures(std::ostream& out, const api::Comparison& comparison)
{
    out << "Figures, against A\n";
    for (const api::ComparedFigure& figure : comparison.figures) {
        const std::string words = figure.words + (figure.perSample ? " a sample" : "");
        for (std::size_t run = 0; run < figure.runs.size(); ++run)
            out << fmt::format(
                "  {:<40}{}{:>14}  {}\n", run == 0 ? words : std::string(), static_cast<char>('A' + run % 26),
                api::formatFigure(figure.runs[run].value, figure.unit),
                run == 0 ? std::string() : api::formatVerdict(figure.runs[run]));
    }
}

void writeInWords(std::ostream& out, const api::Comparison& comparison)
{
    for (std::size_t run = 0; run < comparison.names.size(); ++run)
        out << fmt::format("{}  {}\n", static_cast<char>('A' + run % 26), comparison.names[run]);
    writeSettings(out, comparison);
    writeFigures(out, comparison);
    for (std::size_t run = 1; run < comparison.answers.size(); ++run) {
        const api::ComparedAnswers& answers = comparison.answers[run];
        if (answers.samples > 0)
            out << fmt::format(
                "{} gives the answer of A for {} of the {} samples that both ran\n",
                static_cast<char>('A' + run % 26), units::formatCount(answers.equal),
                units::formatCount(answers.samples));
    }
}

Status execute(const CompareSettings& settings, Context& context)
{
    for (const std::string& session : settings.sessions)
        SIDA_TRY(checkInput(session));
    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    ProgressLine progress(context.err, context.showProgress);
    std::vector<std::shared_ptr<const api::Recording>> recordings;
    std::vector<api::NamedRecording> runs;
    for (const std::string& session : settings.sessions) {
        SIDA_TRY_ASSIGN(
            recordings.emplace_back(), engine->openSession(session, progress.sink(), context.stop));
        runs.push_back({session, recordings.back().get()});
    }
    progress.wipe();
    SIDA_TRY_ASSIGN(const api::Comparison comparison, api::compare(runs));
    if (settings.json) {
        context.out << report::compareJson(comparison) << '\n';
        return {};
    }
    writeInWords(context.out, comparison);
    for (const std::string& note : comparison.notes)
        context.err << "note: " << note << '\n';
    return {};
}

} // namespace

Command addCompare(CLI::App& app)
{
    CLI::App* parser
        = app.add_subcommand("compare", "Set recorded runs side by side; the first is the baseline");
    auto settings = std::make_shared<CompareSettings>();
    parser->add_option("SESSIONS", settings->sessions, "Two to 26 .sida files")->required()->expected(2, 26);
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
