// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/inspect_words.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "app/cli/run_settings.h"
#include "engine/report/inspect_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

namespace sida::cli
{

namespace
{

struct InspectSettings {
    std::string path;
    bool json = false;
    RunSettings run; ///< of the run that a budget is planned for
    bool plans = false; ///< any of its options was given
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

Status showPlan(const InspectSettings& settings, Context& context)
{
    RunSettings wanted = settings.run;
    wanted.model = settings.path;
    SIDA_TRY_ASSIGN(const RunPlan plan, planRun(wanted));
    for (const std::string& input : {wanted.dataset, wanted.predictor}) {
        if (!input.empty())
            SIDA_TRY(checkInput(input));
    }
    for (const std::string& note : plan.notes)
        context.err << "note: " << note << '\n';
    SIDA_TRY_ASSIGN(const api::ModelInfo model, context.inspector.model(settings.path));
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const api::BudgetPlan budget, context.inspector.plan(wanted, plan, progress.sink(), context.stop));
    progress.wipe();
    if (settings.json) {
        context.out << report::inspectJson(model, report::PlannedRun{plan.run, budget}) << '\n';
        return {};
    }
    writeInWords(context.out, model);
    writeInWords(context.out, plan.run, budget);
    return {};
}

Status execute(const InspectSettings& settings, Context& context)
{
    SIDA_TRY(checkInput(settings.path));
    SIDA_TRY_ASSIGN(const api::PathKind kind, context.inspector.classify(settings.path));
    if (settings.plans && kind == api::PathKind::model)
        return showPlan(settings, context);
    if (settings.plans)
        return failure(
            ErrorKind::usage,
            fmt::format(
                "{}: a budget is planned for a model folder, and this is none; leave --budget and the "
                "options "
                "of the run out",
                settings.path));
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
    // The run's options come and some of them go again, --json among them, so this command's own is added
    // last.
    const std::vector<CLI::Option*> own = parser->get_options();
    addPlanOptions(*parser, settings->run);
    std::vector<CLI::Option*> ofARun = parser->get_options();
    std::erase_if(ofARun, [&](const CLI::Option* option) {
        return std::find(own.begin(), own.end(), option) != own.end();
    });
    parser->get_option("--budget")
        ->description(
            "Plan a run of the model: 2GiB, or 20% of what resident needs; the others say which run");
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings, ofARun](Context& context) {
                settings->plans = std::any_of(ofARun.begin(), ofARun.end(), [](const CLI::Option* option) {
                    return option->count() > 0;
                });
                return execute(*settings, context);
            }};
}

} // namespace sida::cli
