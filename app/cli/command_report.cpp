// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/base/atomic_file.h"
#include "engine/report/compare_html.h"
#include "engine/report/compare_json.h"
#include "engine/report/csv.h"
#include "engine/report/report.h"
#include "engine/report/trace.h"

#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

namespace sida::cli
{

namespace
{

enum class Format { html, pdf, json, csv, trace };

struct ReportSettings {
    std::vector<std::string> sessions;
    std::string format;
    std::string output;
};

struct Session {
    std::string path;
    std::shared_ptr<const api::Recording> recording;
};

ResultKind kindOf(Format format)
{
    switch (format) {
    case Format::html:
        return ResultKind::html;
    case Format::pdf:
        return ResultKind::pdf;
    case Format::json:
    case Format::csv:
    case Format::trace:
        break;
    }
    return ResultKind::json;
}

Result<Format> parseFormat(const std::string& text)
{
    if (text == "html")
        return Format::html;
    if (text == "pdf")
        return Format::pdf;
    if (text == "json")
        return Format::json;
    if (text == "csv")
        return Format::csv;
    if (text == "trace")
        return Format::trace;
    return failure(
        ErrorKind::usage, fmt::format("--format '{}': expected one of html, pdf, json, csv, trace", text));
}

/// One session's page with its budget curve where it can be replayed, or the comparison of several.
Result<std::string> page(const std::vector<Session>& sessions, api::Engine& engine, const Context& context)
{
    if (sessions.size() == 1) {
        const api::Recording& recording = *sessions.front().recording;
        const std::string name = std::filesystem::path(sessions.front().path).filename().string();
        const auto replay
            = engine.replay(recording, report::budgetCurveOptions(recording.header), {}, context.stop);
        if (!replay && replay.error().kind == ErrorKind::cancelled)
            return failure(replay.error());
        return report::toHtml(recording, name, replay ? &*replay : nullptr);
    }
    std::vector<api::NamedRecording> runs;
    for (const Session& session : sessions)
        runs.push_back({session.path, session.recording.get()});
    return report::compareHtml(runs);
}

Result<std::string> json(const std::vector<Session>& sessions)
{
    if (sessions.size() == 1)
        return report::toJson(*sessions.front().recording, sessions.front().path) + "\n";
    std::vector<api::NamedRecording> runs;
    for (const Session& session : sessions)
        runs.push_back({session.path, session.recording.get()});
    SIDA_TRY_ASSIGN(const api::Comparison comparison, api::compare(runs));
    return report::compareJson(comparison) + "\n";
}

Result<std::string>
content(Format format, const std::vector<Session>& sessions, api::Engine& engine, const Context& context)
{
    if (format == Format::json)
        return json(sessions);
    SIDA_TRY_ASSIGN(std::string html, page(sessions, engine, context));
    if (format == Format::html)
        return html;
    return context.makePdf(html);
}

Status checkFormat(Format format, const ReportSettings& settings, const Context& context)
{
    if (settings.sessions.size() > 1 && (format == Format::csv || format == Format::trace))
        return failure(
            ErrorKind::usage,
            fmt::format(
                "--format {}: one session only; html, pdf and json compare several", settings.format));
    if (format == Format::pdf && !context.makePdf)
        return failure(ErrorKind::unsupported, "this build of sida makes no PDF; use --format html");
    return {};
}

Status execute(const ReportSettings& settings, Context& context)
{
    SIDA_TRY_ASSIGN(const Format format, parseFormat(settings.format));
    SIDA_TRY(checkFormat(format, settings, context));
    for (const std::string& session : settings.sessions)
        SIDA_TRY(checkInput(session));
    if (format != Format::csv)
        SIDA_TRY(checkResultFile(
            {"--output", settings.output, kindOf(format), false},
            {settings.sessions.begin(), settings.sessions.end()}, context.inspector));
    ProgressLine progress(context.err, context.showProgress);
    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    std::vector<Session> sessions;
    for (const std::string& path : settings.sessions) {
        Session& session = sessions.emplace_back();
        session.path = path;
        SIDA_TRY_ASSIGN(session.recording, engine->openSession(path, progress.sink(), context.stop));
    }
    progress.wipe();
    if (format == Format::csv)
        return report::writeCsv(*sessions.front().recording, settings.output);
    if (format == Format::trace) {
        const auto write
            = [&](std::ostream& out) { return report::writeTrace(*sessions.front().recording, out); };
        return isStandardOutput(settings.output) ? write(context.out)
                                                 : writeFileAtomically(settings.output, write);
    }
    SIDA_TRY_ASSIGN(const std::string text, content(format, sessions, *engine, context));
    const auto write = [&](std::ostream& out) -> Status {
        out << text;
        return {};
    };
    return isStandardOutput(settings.output) ? write(context.out)
                                             : writeFileAtomically(settings.output, write);
}

} // namespace

Command addReport(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand(
        "report",
        "Write a session, or the comparison of several, as a page for the browser or for paper, as JSON, CSV "
        "or a trace");
    auto settings = std::make_shared<ReportSettings>();
    parser
        ->add_option(
            "SESSION", settings->sessions,
            "A .sida file; with more than one they are compared, against the first")
        ->required()
        ->expected(1, 26);
    parser->add_option("--format", settings->format, "html, pdf, json, csv or trace")
        ->required()
        ->type_name("F");
    parser->add_option("--output", settings->output, "File to write; a folder with csv")
        ->required()
        ->type_name("PATH");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
