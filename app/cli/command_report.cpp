// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/base/atomic_file.h"
#include "engine/report/csv.h"
#include "engine/report/report.h"
#include "engine/report/trace.h"

#include <fmt/format.h>
#include <memory>
#include <string>

namespace sida::cli
{

namespace
{

enum class Format { html, json, csv, trace };

struct ReportSettings {
    std::string session;
    std::string format;
    std::string output;
};

ResultKind kindOf(Format format)
{
    return format == Format::html ? ResultKind::html : ResultKind::json;
}

Result<Format> parseFormat(const std::string& text)
{
    if (text == "html")
        return Format::html;
    if (text == "json")
        return Format::json;
    if (text == "csv")
        return Format::csv;
    if (text == "trace")
        return Format::trace;
    return failure(
        ErrorKind::usage, fmt::format("--format '{}': expected one of html, json, csv, trace", text));
}

Status
write(Format format, const api::Recording& recording, const ReportSettings& settings, std::ostream& out)
{
    const std::string name = std::filesystem::path(settings.session).filename().string();
    if (format == Format::trace)
        return report::writeTrace(recording, out);
    out
        << (format == Format::html ? report::toHtml(recording, name)
                                   : report::toJson(recording, settings.session) + "\n");
    return {};
}

Status execute(const ReportSettings& settings, Context& context)
{
    SIDA_TRY_ASSIGN(const Format format, parseFormat(settings.format));
    SIDA_TRY(checkInput(settings.session));
    if (format != Format::csv)
        SIDA_TRY(checkResultFile(
            {"--output", settings.output, kindOf(format), false}, {settings.session}, context.inspector));
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const std::shared_ptr<const api::Recording> recording,
        context.makeEngine()->openSession(settings.session, progress.sink(), context.stop));
    progress.wipe();
    if (format == Format::csv)
        return report::writeCsv(*recording, settings.output);
    if (isStandardOutput(settings.output))
        return write(format, *recording, settings, context.out);
    return writeFileAtomically(
        settings.output, [&](std::ostream& out) { return write(format, *recording, settings, out); });
}

} // namespace

Command addReport(CLI::App& app)
{
    CLI::App* parser
        = app.add_subcommand("report", "Write a session as a page for the browser, as JSON, CSV or a trace");
    auto settings = std::make_shared<ReportSettings>();
    parser->add_option("SESSION", settings->session, "A .sida file")->required();
    parser->add_option("--format", settings->format, "html, json, csv or trace")->required()->type_name("F");
    parser->add_option("--output", settings->output, "File to write; a folder with csv")
        ->required()
        ->type_name("PATH");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
