// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/pooling_note.h"
#include "app/cli/progress_line.h"
#include "app/cli/run_outputs.h"
#include "app/cli/run_settings.h"
#include "app/cli/run_summary.h"
#include "engine/report/run_json.h"

#include <fmt/format.h>
#include <memory>

namespace sida::cli
{

namespace
{

namespace fs = std::filesystem;

Status checkFiles(const RunSettings& settings, const RunPlan& plan, const Inspector& inspector)
{
    std::vector<fs::path> inputs = {settings.model, settings.dataset};
    if (!settings.predictor.empty() && settings.predictor != "oracle") // that one is no file
        inputs.emplace_back(settings.predictor);
    for (const fs::path& input : inputs)
        SIDA_TRY(checkInput(input));
    if (!plan.outputs.empty()) {
        SIDA_TRY(checkResultFile({"--outputs", plan.outputs, plan.outputsKind, false}, inputs, inspector));
        if (plan.outputsKind == ResultKind::safetensors && isStandardOutput(plan.outputs))
            return failure(
                ErrorKind::usage,
                fmt::format("--outputs {}: standard output takes JSON Lines only", plan.outputs.string()));
        if (settings.json && isStandardOutput(plan.outputs))
            return failure(
                ErrorKind::usage,
                fmt::format("--outputs {}: standard output is taken by --json", plan.outputs.string()));
    }
    if (plan.run.session.empty())
        return {};
    SIDA_TRY(checkResultFile(
        {"--session", plan.run.session, ResultKind::session, plan.run.replaceSession}, inputs, inspector));
    if (!plan.outputs.empty() && isSamePlace(plan.run.session, plan.outputs))
        return failure(
            ErrorKind::usage,
            fmt::format(
                "--session and --outputs both name {}; give each its own file", plan.outputs.string()));
    return {};
}

Status checkTaskFitsOutputs(api::Task task, const RunPlan& plan)
{
    if (task != api::Task::text || plan.outputs.empty() || plan.outputsKind != ResultKind::jsonLines)
        return {};
    return failure(
        ErrorKind::usage,
        fmt::format(
            "--outputs {}: task text gives hidden states, which are written to a .safetensors file",
            plan.outputs.string()));
}

/// The file of `--outputs`, or null.
Result<std::unique_ptr<OutputsWriter>>
load(api::Engine& engine, const RunSettings& settings, const RunPlan& plan, Context& context)
{
    ProgressLine progress(context.err, context.showProgress);
    engine.preferLoading(plan.load);
    SIDA_TRY_ASSIGN(
        const api::ModelInfo model, engine.loadModel(settings.model, progress.sink(), context.stop));
    SIDA_TRY_ASSIGN(
        const api::DatasetInfo dataset,
        engine.loadDataset(settings.dataset, plan.dataset, progress.sink(), context.stop));
    SIDA_TRY(checkTaskFitsOutputs(dataset.task, plan));
    const std::string pooling = poolingNote(model, dataset.task, plan.run.paperPooling);
    if (!pooling.empty())
        context.err << "note: " << pooling << '\n';
    const bool decodes = dataset.task == api::Task::seq2seq || dataset.task == api::Task::score;
    if (plan.usesPredictor) {
        SIDA_TRY_ASSIGN(const api::PredictorInfo predictor, engine.loadPredictor(settings.predictor));
        if (decodes && !predictor.decoder)
            context.err << "note: the predictor has no part for the decoder and foretells the encoder's "
                           "experts only: "
                           "the decoder's are fetched on demand; `sida train` with this task adds the part\n";
        else if (decodes && plan.run.routing == api::Routing::predicted)
            context.err
                << "note: the hash table routes the encoder's tokens only; the decoder's go where its "
                   "routers send them\n";
    }
    if (plan.outputs.empty())
        return nullptr;
    return OutputsWriter::open(
        plan.outputs, plan.outputsKind, OutputsWriter::shapeOf(model, dataset, plan.run), context.out);
}

Result<api::RunResult>
runWithProgress(api::Engine& engine, const RunPlan& plan, OutputsWriter* outputs, Context& context)
{
    ProgressLine progress(context.err, context.showProgress);
    api::RunObserver observer;
    if (outputs != nullptr)
        observer.outputs
            = [outputs](std::vector<api::SampleOutput>&& samples) { return outputs->add(samples); };
    BudgetChanger changer(engine, plan.budgetChanges);
    observer.started = [&](const api::RunHeader&) { changer.begin(); };
    observer.rows = [](const std::shared_ptr<const api::RecordingChunk>&) {};
    observer.progress = progress.sink();
    auto result = engine.run(plan.run, observer, context.stop);
    const std::vector<std::string> notes = changer.finish();
    progress.wipe();
    for (const std::string& note : notes)
        context.err << "note: " << note << '\n';
    return result;
}

Status tellStopped(const api::RunResult& result, const RunPlan& plan, Context& context)
{
    std::string note = fmt::format("note: stopped after {} batches", result.figures.batches);
    if (!result.session.empty())
        note += fmt::format("; {} holds them", result.session.string());
    if (!plan.outputs.empty())
        note += isStandardOutput(plan.outputs)
            ? "; outputs end with the last sample whose predecessors were done"
            : "; no outputs were written";
    context.err << note << '\n';
    return {};
}

Status execute(const RunSettings& settings, Context& context)
{
    SIDA_TRY_ASSIGN(const RunPlan plan, planRun(settings));
    SIDA_TRY(checkFiles(settings, plan, context.inspector));
    if (plan.dataset.task)
        SIDA_TRY(checkTaskFitsOutputs(*plan.dataset.task, plan));
    for (const std::string& note : plan.notes)
        context.err << "note: " << note << '\n';

    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    SIDA_TRY_ASSIGN(const std::unique_ptr<OutputsWriter> outputs, load(*engine, settings, plan, context));
    SIDA_TRY_ASSIGN(const api::RunResult result, runWithProgress(*engine, plan, outputs.get(), context));
    if (result.stopped)
        return tellStopped(result, plan, context);
    if (outputs)
        SIDA_TRY(outputs->finish());
    const bool answersToStdout = outputs && isStandardOutput(plan.outputs);
    if (settings.json)
        context.out << report::dump(
            report::runObject(result.recording->header, result.figures, result.session))
                    << '\n';
    else if (!answersToStdout)
        writeRunSummary(context.out, result.recording->header, result.figures, result.session);
    return {};
}

} // namespace

Command addRun(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand("run", "Run a model over a dataset and say how it went");
    auto settings = std::make_shared<RunSettings>();
    addRunOptions(*parser, *settings);
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
