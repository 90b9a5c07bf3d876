// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_settings.h"

#include "app/cli/run_outputs.h"

#include <fmt/format.h>

namespace sida::cli
{

namespace
{

constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 62;

Result<api::Policy> choosePolicy(const RunSettings& settings)
{
    if (!settings.policy.empty())
        return api::parsePolicy(settings.policy);
    if (!settings.predictor.empty())
        return api::Policy::sida;
    return settings.budget.empty() ? api::Policy::resident : api::Policy::onDemand;
}

Result<api::Eviction> chooseEviction(const RunSettings& settings, api::Policy policy)
{
    if (!settings.eviction.empty())
        return api::parseEviction(settings.eviction);
    return policy == api::Policy::sida ? api::Eviction::lookahead : api::Eviction::lru;
}

Status planPredictor(const RunSettings& settings, RunPlan& plan)
{
    const bool wanted = plan.run.policy == api::Policy::sida || plan.run.routing == api::Routing::predicted
        || plan.run.order == api::BatchOrder::affinity;
    if (wanted && settings.predictor.empty())
        return failure(
            ErrorKind::usage,
            fmt::format(
                "{} needs --predictor FILE; train one with sida train",
                plan.run.policy == api::Policy::sida              ? "--policy sida"
                    : plan.run.routing == api::Routing::predicted ? "--routing predicted"
                                                                  : "--order affinity"));
    plan.usesPredictor = wanted;
    if (!wanted && !settings.predictor.empty())
        plan.notes.push_back(fmt::format(
            "--predictor is not used with policy {}, routing exact and order {}", api::name(plan.run.policy),
            api::name(plan.run.order)));
    return {};
}

} // namespace

void addRunOptions(CLI::App& parser, RunSettings& settings)
{
    constexpr int kMost = 1 << 20;
    parser.add_option("--model", settings.model, "Model folder")->required()->type_name("DIR");
    parser.add_option("--dataset", settings.dataset, "TSV, CSV, JSON Lines or plain text")
        ->required()
        ->type_name("FILE");
    parser
        .add_option(
            "--task", settings.task,
            "classify, sst2, mrpc, rte, multirc, text, seq2seq or score (default: told from model and data)")
        ->type_name("T");
    parser
        .add_option("--predictor", settings.predictor, "Predictor from sida train, or oracle: always right")
        ->type_name("FILE");
    parser
        .add_option(
            "--policy", settings.policy,
            "resident, on-demand or sida (default: sida with a predictor, else on-demand with a budget, else "
            "resident)")
        ->type_name("P");
    parser.add_option("--routing", settings.routing, "exact or predicted (default: exact)")->type_name("R");
    parser
        .add_option(
            "--eviction", settings.eviction,
            "fifo, lru, lfru or lookahead (default: lookahead for sida, else lru)")
        ->type_name("E");
    parser.add_option("--top-k", settings.topK, "Predicted experts per token")
        ->check(CLI::Range(1, 3))
        ->type_name("N");
    parser.add_option("--lookahead", settings.lookahead, "Batches predicted ahead")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    parser
        .add_option(
            "--order", settings.order,
            "length, dataset or affinity: which samples make up a batch (default: length)")
        ->type_name("O");
    parser.add_option("--budget", settings.budget, "Most device memory: 2GiB, or 20% of what resident needs")
        ->type_name("SIZE");
    parser
        .add_option(
            "--budget-at", settings.budgetAt, "Another budget while it runs: 2.5=30%; may be given again")
        ->type_name("SECONDS=SIZE");
    parser
        .add_option(
            "--prefetch-limit", settings.prefetchLimit,
            "Most that is copied ahead of its use: 64MiB, or 25% of the expert slots")
        ->type_name("SIZE");
    parser.add_option("--device", settings.device, "cpu or cuda")->type_name("D");
    parser.add_option("--dtype", settings.dtype, "f32, bf16 or f16")->type_name("T");
    parser
        .add_option(
            "--expert-capacity", settings.capacity,
            "off, zero or passthrough: what becomes of tokens beyond an expert's capacity")
        ->type_name("C");
    parser.add_flag(
        "--paper-pooling", settings.paperPooling,
        "Classify as the SiDA-MoE paper was evaluated: padding to --max-length counts like real tokens");
    parser.add_option("--threads", settings.threads, "Threads that compute; 0 = all of the machine")
        ->check(CLI::Range(0, 256))
        ->type_name("N");
    parser.add_option("--batch-size", settings.batchSize, "Samples in a batch")
        ->check(CLI::Range(1, kMost))
        ->type_name("N");
    parser.add_option("--max-length", settings.maxLength, "Tokens of a sample; the rest is cut off")
        ->check(CLI::Range(1, 65536))
        ->type_name("N");
    parser.add_option("--max-new-tokens", settings.maxNewTokens, "Tokens that seq2seq generates at most")
        ->check(CLI::Range(1, 65536))
        ->type_name("N");
    parser.add_option("--limit", settings.limit, "Only the first N samples; 0 = all")
        ->check(CLI::Range(std::uint64_t{0}, kMostSamples))
        ->type_name("N");
    parser.add_option("--seed", settings.seed, "Recorded with the run")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    parser.add_option("--repeat", settings.repeat, "Passes over the dataset")
        ->check(CLI::Range(1, kMost))
        ->type_name("N");
    parser.add_option("--session", settings.session, "Record to this .sida file")->type_name("FILE");
    parser.add_flag("--force", settings.force, "Replace a session that is there already");
    parser
        .add_option(
            "--record-seconds", settings.recordSeconds,
            "Record every event for so long, then batches and answers only; 0 = to the end")
        ->check(CLI::NonNegativeNumber)
        ->type_name("S");
    parser
        .add_option(
            "--record-size", settings.recordSize,
            "Record every event until the session is so large, then batches and answers only")
        ->type_name("SIZE");
    parser.add_option("--outputs", settings.outputs, "Answers to FILE.safetensors or FILE.jsonl")
        ->type_name("FILE");
    parser.add_flag("--json", settings.json, "Print one JSON object");
}

void addPlanOptions(CLI::App& parser, RunSettings& settings)
{
    addRunOptions(parser, settings);
    for (const char* other :
         {"--model", "--seed", "--repeat", "--session", "--force", "--record-seconds", "--record-size",
          "--outputs", "--json", "--prefetch-limit", "--expert-capacity"})
        parser.remove_option(parser.get_option(other));
    parser.get_option("--dataset")->required(false);
}

Result<RunPlan> planRun(const RunSettings& settings)
{
    RunPlan plan;
    if (!settings.task.empty()) {
        SIDA_TRY_ASSIGN(plan.dataset.task, api::parseTask(settings.task));
    }
    plan.dataset.maxLength = settings.maxLength;
    plan.dataset.limit = settings.limit;

    api::RunOptions& run = plan.run;
    SIDA_TRY_ASSIGN(run.policy, choosePolicy(settings));
    if (!settings.routing.empty()) {
        SIDA_TRY_ASSIGN(run.routing, api::parseRouting(settings.routing));
    }
    SIDA_TRY_ASSIGN(run.eviction, chooseEviction(settings, run.policy));
    SIDA_TRY_ASSIGN(run.device, api::parseDeviceKind(settings.device));
    SIDA_TRY_ASSIGN(run.dtype, api::parseDType(settings.dtype));
    if (!settings.budget.empty()) {
        SIDA_TRY_ASSIGN(run.budget, units::parseBudget(settings.budget));
    }
    SIDA_TRY_ASSIGN(plan.budgetChanges, parseBudgetChanges(settings.budgetAt));
    if (!settings.prefetchLimit.empty()) {
        SIDA_TRY_ASSIGN(run.prefetchLimit, units::parseBudget(settings.prefetchLimit));
    }
    SIDA_TRY_ASSIGN(run.order, api::parseBatchOrder(settings.order));
    SIDA_TRY(planPredictor(settings, plan));
    SIDA_TRY_ASSIGN(run.capacity, api::parseExpertCapacity(settings.capacity));
    run.maxNewTokens = settings.maxNewTokens;
    run.paperPooling = settings.paperPooling ? settings.maxLength : 0;
    plan.load.dtype = run.dtype;
    plan.load.device = run.device;
    plan.load.decoder = plan.dataset.task == api::Task::seq2seq || plan.dataset.task == api::Task::score;
    run.topK = settings.topK;
    run.lookahead = settings.lookahead;
    run.threads = settings.threads;
    run.batchSize = settings.batchSize;
    run.repeat = settings.repeat;
    run.seed = settings.seed;
    run.session = settings.session;
    run.replaceSession = settings.force;
    run.recordSeconds = settings.recordSeconds;
    if (!settings.recordSize.empty()) {
        SIDA_TRY_ASSIGN(const units::Budget size, units::parseBudget(settings.recordSize));
        if (size.kind != units::Budget::Kind::bytes)
            return failure(
                ErrorKind::usage,
                fmt::format("--record-size '{}': expected a size such as 200MiB", settings.recordSize));
        run.recordBytes = size.bytes;
    }
    plan.outputs = settings.outputs;
    run.keepRows = false;
    if (!settings.outputs.empty()) {
        SIDA_TRY_ASSIGN(plan.outputsKind, outputsKind(plan.outputs));
        run.keepTargetLogits = plan.outputsKind == ResultKind::safetensors;
    }
    return plan;
}

} // namespace sida::cli
