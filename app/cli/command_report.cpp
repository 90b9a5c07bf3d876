// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/base/atomic_file.h"
#include "engine/report/report.h"

#include <fmt/format.h>
#include <memory>
#include <string>

namespace sida::cli
{

namespace
{

struct ReportSettings {
    std::string session;
    std::string format;
    std::string output;
};

Status execute(const ReportSettings& settings, Context& context)
{
    const bool html = settings.format == "html";
    if (!html && settings.format != "json")
        return failure(
            ErrorKind::usage, fmt::format("--format '{}': expected one of html, json", settings.format));
    SIDA_TRY(checkInput(settings.session));
    SIDA_TRY(checkResultFile(
        {"--output", settings.output, html ? ResultKind::html : ResultKind::json, false}, {settings.session},
        context.inspector));
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const std::shared_ptr<const api::Recording> recording,
        context.makeEngine()->openSession(settings.session, progress.sink(), context.stop));
    progress.wipe();
    const std::string name = std::filesystem::path(settings.session).filename().string();
    const std::string content
        = html ? report::toHtml(*recording, name) : report::toJson(*recording, settings.session) + "\n";
    if (!isStandardOutput(settings.output))
        return writeFileAtomically(settings.output, content);
    context.out << content;
    return {};
}

} // namespace

Command addReport(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand("report", "Write a session as a page for the browser or as JSON");
    auto settings = std::make_shared<ReportSettings>();
    parser->add_option("SESSION", settings->session, "A .sida file")->required();
    parser->add_option("--format", settings->format, "html or json")->required()->type_name("F");
    parser->add_option("--output", settings->output, "File to write")->required()->type_name("PATH");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
