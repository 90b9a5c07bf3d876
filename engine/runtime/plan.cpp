// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/plan.h"

#include "engine/device/cuda/module.h"
#include "engine/runtime/cuda_weights.h"

#include "engine/base/units.h"
#include "engine/experts/expert_cache.h"
#include "engine/predictor/causal_network.h"
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

/// By what the device itself says.
Status planCuda(
    const model::Model& model, const api::RunOptions& options, const BatchShape& shape,
    api::PurposeBytes& bytes)
{
    const Result<cuda::Module*> loaded = cuda::loadModule();
    if (!loaded)
        return failure(loaded.error().kind, fmt::format("device cuda: {}", loaded.error().message));
    cuda::Module* const module = *loaded;
    SIDA_TRY_ASSIGN(const cuda::EncoderShape encoder, cudaShapeOf(model, shape, options));
    SIDA_TRY_ASSIGN(of(bytes, api::Purpose::runtimeContext), module->contextBytes());
    const cuda::EncoderBytes needed = module->encoderBytes(options.dtype, encoder);
    of(bytes, api::Purpose::denseWeights) = needed.dense;
    of(bytes, api::Purpose::activations) = needed.workspace;
    return {};
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
    return usesTables(options) || options.order == api::BatchOrder::affinity;
}

bool usesTables(const api::RunOptions& options)
{
    return options.policy == api::Policy::sida || options.routing == api::Routing::predicted;
}

const predictor::CausalNetwork*
decoderPart(const predictor::Predictor* predictor, const api::RunOptions& options, const BatchShape& shape)
{
    const bool asked = predictor && options.device == api::DeviceKind::cpu
        && options.policy == api::Policy::sida && shape.targetLength > 0;
    return asked ? predictor->decoder() : nullptr;
}

Result<api::BudgetPlan> planBudget(
    const model::Model& model, const predictor::Predictor* predictor, const api::RunOptions& options,
    BatchShape shape)
{
    const int topK = options.routing == api::Routing::predicted ? options.topK : 1;
    const std::uint64_t slotBytes = options.device == api::DeviceKind::cuda
        ? model.expertBlockBytes(options.dtype)
        : experts::ExpertCache::slotBytes(model.expertBlockBytes(options.dtype));
    const bool onGpu = options.device == api::DeviceKind::cuda;
    api::BudgetPlan plan;
    plan.experts = model.experts().expertCount();
    plan.moeLayers = model.experts().layers();
    plan.slotBytes = slotBytes;
    if (onGpu) {
        SIDA_TRY(planCuda(model, options, shape, plan.byPurpose));
    } else {
        of(plan.byPurpose, api::Purpose::denseWeights) = model.denseBytes(options.dtype);
        of(plan.byPurpose, api::Purpose::activations) = model.workspaceBytes(
            {shape.rows, shape.length, topK, inferenceThreads(options), shape.targetLength, shape.generates});
    }
    const std::uint64_t withoutPredictor
        = std::accumulate(plan.byPurpose.begin(), plan.byPurpose.end(), std::uint64_t{0});
    plan.residentBytes = withoutPredictor + slotBytes * static_cast<std::uint64_t>(plan.experts);
    if (predictor && needsPredictor(options) && !onGpu) // it runs on the CPU, in memory that is no device's
        of(plan.byPurpose, api::Purpose::predictor)
            = predictor->weightBytes() + predictor->workspaceBytes(shape.rows, shape.length);
    if (const predictor::CausalNetwork* decoder = decoderPart(predictor, options, shape))
        of(plan.byPurpose, api::Purpose::predictor) += decoder->weightBytes()
            + predictor::CausalReader::bytes(*decoder, shape.rows, shape.targetLength);
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
