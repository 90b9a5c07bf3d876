// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/plan.h"

#include "engine/base/units.h"
#include "engine/experts/expert_cache.h"
#include "engine/runtime/compute_threads.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace sida::runtime
{

namespace
{

/// One expert computes while the next one comes.
constexpr int kFewestSlots = 2;

std::uint64_t& of(api::PurposeBytes& bytes, api::Purpose purpose)
{
    return bytes[static_cast<std::size_t>(purpose)];
}

} // namespace

BatchShape largestBatch(const dataset::Dataset& data, const api::RunOptions& options)
{
    const auto rows = std::min<std::uint64_t>(
        static_cast<std::uint64_t>(options.batchSize),
        std::max<std::uint64_t>(data.info.samples, data.samples.size()));
    BatchShape shape{std::max(1, static_cast<int>(rows)), std::max(1, data.info.longest)};
    shape.length = std::max(shape.length, options.paperPooling);
    shape.generates = data.info.task == api::Task::seq2seq;
    if (shape.generates)
        shape.targetLength = std::max(1, options.maxNewTokens);
    else if (data.info.task == api::Task::score)
        shape.targetLength = std::max(1, data.info.longestTarget);
    return shape;
}

bool needsPredictor(const api::RunOptions& options)
{
    return options.policy == api::Policy::sida || options.routing == api::Routing::predicted;
}

Result<api::BudgetPlan> planBudget(
    const model::Model& model, const predictor::Predictor* predictor, const api::RunOptions& options,
    BatchShape shape)
{
    const int topK = options.routing == api::Routing::predicted ? options.topK : 1;
    const std::uint64_t slotBytes = experts::ExpertCache::slotBytes(model.expertBlockBytes(options.dtype));
    api::BudgetPlan plan;
    plan.experts = model.experts().expertCount();
    of(plan.byPurpose, api::Purpose::denseWeights) = model.denseBytes(options.dtype);
    of(plan.byPurpose, api::Purpose::activations) = model.workspaceBytes(
        {shape.rows, shape.length, topK, inferenceThreads(options), shape.targetLength, shape.generates});
    const std::uint64_t withoutPredictor
        = std::accumulate(plan.byPurpose.begin(), plan.byPurpose.end(), std::uint64_t{0});
    plan.residentBytes = withoutPredictor + slotBytes * static_cast<std::uint64_t>(plan.experts);
    if (predictor && needsPredictor(options))
        of(plan.byPurpose, api::Purpose::predictor)
            = predictor->weightBytes() + predictor->workspaceBytes(shape.rows, shape.length);
    const std::uint64_t fixed
        = std::accumulate(plan.byPurpose.begin(), plan.byPurpose.end(), std::uint64_t{0});

    const bool allResident = options.policy == api::Policy::resident;
    const int fewest = allResident ? plan.experts : std::min(kFewestSlots, plan.experts);
    plan.smallestBytes = fixed + slotBytes * static_cast<std::uint64_t>(fewest);
    // Without a limit everything may become resident, the predictor beside it.
    plan.budgetBytes = options.budget.kind == units::Budget::Kind::unlimited
        ? fixed + slotBytes * static_cast<std::uint64_t>(plan.experts)
        : options.budget.resolve(plan.residentBytes);
    if (plan.budgetBytes < plan.smallestBytes)
        return failure(
            ErrorKind::budget,
            fmt::format(
                "a budget of {} ({} bytes) is too small for policy {}: the smallest that works is {} ({} "
                "bytes){}",
                units::formatBytes(plan.budgetBytes), plan.budgetBytes, api::name(options.policy),
                units::formatBytes(plan.smallestBytes), plan.smallestBytes,
                allResident ? "; policies on-demand and sida run with less" : ""));
    if (plan.experts > 0)
        plan.slots = static_cast<int>(std::min<std::uint64_t>(
            static_cast<std::uint64_t>(plan.experts), (plan.budgetBytes - fixed) / slotBytes));
    of(plan.byPurpose, api::Purpose::expertSlots) = slotBytes * static_cast<std::uint64_t>(plan.slots);
    return plan;
}

} // namespace sida::runtime
