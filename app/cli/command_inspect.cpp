// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/inspect_words.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/report/inspect_json.h"

#include <fmt/format.h>
#include <memory>
#include <string>

namespace sida::cli
{

namespace
{

struct InspectSettings {
    std::string path;
    bool json = false;
};

template <typename Info>
Status show(const Result<Info>& info, bool json, Context& context)
{
    if (!info)
        return failure(info.error());
    if (json)
        context.out << report::inspectJson(*info) << '\n';
    else
        writeInWords(context.out, *info);
    return {};
}

Status showSession(const std::string& path, bool json, Context& context)
{
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const std::shared_ptr<const api::Recording> recording,
        context.makeEngine()->openSession(path, progress.sink(), context.stop));
    progress.wipe();
    if (json)
        context.out << report::inspectJson(*recording, path) << '\n';
    else
        writeInWords(context.out, *recording, path);
    return {};
}

Status execute(const InspectSettings& settings, Context& context)
{
    SIDA_TRY(checkInput(settings.path));
    SIDA_TRY_ASSIGN(const api::PathKind kind, context.inspector.classify(settings.path));
    switch (kind) {
    case api::PathKind::model:
        return show(context.inspector.model(settings.path), settings.json, context);
    case api::PathKind::dataset:
        return show(context.inspector.dataset(settings.path), settings.json, context);
    case api::PathKind::predictor:
        return show(context.inspector.predictor(settings.path), settings.json, context);
    case api::PathKind::session:
        return showSession(settings.path, settings.json, context);
    case api::PathKind::unknown:
        break;
    }
    return badInput(fmt::format(
        "{}: expected a model folder (with config.json), a predictor, a dataset or a session, found none of "
        "them",
        settings.path));
}

} // namespace

Command addInspect(CLI::App& app)
{
    CLI::App* parser
        = app.add_subcommand("inspect", "Say what a model folder, predictor, dataset or session holds");
    auto settings = std::make_shared<InspectSettings>();
    parser->add_option("PATH", settings->path, "What to look at")->required();
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
