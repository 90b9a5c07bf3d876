// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/trainer.h"

#include "engine/base/clock.h"
#include "engine/predictor/adamw_torch.h"
#include "engine/predictor/distillation.h"
#include "engine/predictor/trainable_torch.h"
#include "engine/predictor/training_plan.h"
#include "engine/predictor/training_state_torch.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>
#include <fmt/format.h>
#include <sstream>

namespace sida::predictor
{

namespace
{

/// A batch as the network and the loss take it.
struct TrainBatch {
    at::Tensor ids; ///< [rows, length], int64
    std::vector<int> lengths;
    std::vector<std::uint64_t> samples;
    struct Target {
        at::Tensor indices; ///< [tokens, top], int64
        at::Tensor logits; ///< [tokens, top]
    };
    std::vector<Target> targets; ///< per MoE layer, packed
    std::int64_t tokens = 0;
};

at::Tensor copied(const std::vector<float>& values, std::int64_t tokens)
{
    at::Tensor tensor = at::empty({tokens, static_cast<std::int64_t>(values.size()) / tokens}, at::kFloat);
    std::copy(values.begin(), values.end(), tensor.data_ptr<float>());
    return tensor;
}

at::Tensor copied(const std::vector<std::uint16_t>& values, std::int64_t tokens)
{
    at::Tensor tensor = at::empty({tokens, static_cast<std::int64_t>(values.size()) / tokens}, at::kLong);
    std::copy(values.begin(), values.end(), tensor.data_ptr<std::int64_t>());
    return tensor;
}

} // namespace

struct Trainer::State {
    Trainable& network;
    const api::TrainOptions& options;
    const TrainingSource& source;
    const std::vector<int> experts; ///< per MoE layer

    Split split;
    std::mt19937_64 random;
    std::vector<at::Tensor> parameters;
    AdamW optimiser;
    std::vector<at::Tensor> best;
    std::uint64_t step = 0;
    std::uint64_t totalSteps = 0;
    api::TrainResult result;
    CapturedTokens read; ///< of one batch

    State(Trainable& trainable, const api::TrainOptions& trainOptions, const TrainingSource& trainingSource)
        : network(trainable)
        , options(trainOptions)
        , source(trainingSource)
        , experts(source.experts())
        , split(splitSamples(source.index(), options.heldOutShare, options.seed))
        , random(options.seed)
        , parameters(network.parameters())
        , optimiser(parameters)
    {
        const auto size = static_cast<std::uint64_t>(options.batchSize);
        totalSteps = (split.train.size() + size - 1) / size * static_cast<std::uint64_t>(options.epochs);
        result.trainedTokens = countTokens(split.train);
        result.heldOutTokens = countTokens(split.heldOut);
    }

    std::uint64_t countTokens(const std::vector<std::uint64_t>& samples) const
    {
        std::uint64_t tokens = 0;
        for (const std::uint64_t sample : samples)
            tokens += source.index().length(sample);
        return tokens;
    }
    Result<TrainBatch> makeBatch(const std::vector<std::uint64_t>& samples);
    at::Tensor loss(const TrainBatch& batch) const;
    Status judge(api::TrainEpoch& epoch);
};

Result<TrainBatch> Trainer::State::makeBatch(const std::vector<std::uint64_t>& samples)
{
    SIDA_TRY(source.read(samples, read));
    TrainBatch batch;
    batch.lengths = read.lengths;
    batch.samples = samples;
    batch.tokens = static_cast<std::int64_t>(read.ids.size());
    const int longest = *std::max_element(batch.lengths.begin(), batch.lengths.end());
    batch.ids = at::zeros({static_cast<std::int64_t>(samples.size()), longest}, at::kLong);
    auto* row = batch.ids.data_ptr<std::int64_t>();
    auto id = read.ids.begin();
    for (const int length : batch.lengths) {
        std::copy_n(id, length, row);
        id += length;
        row += longest;
    }
    for (const CapturedTokens::Layer& layer : read.layers)
        batch.targets.push_back({copied(layer.indices, batch.tokens), copied(layer.logits, batch.tokens)});
    return batch;
}

at::Tensor Trainer::State::loss(const TrainBatch& batch) const
{
    const at::Tensor logits = network.logitsOf(batch.ids, batch.lengths, batch.samples);
    at::Tensor sum;
    std::int64_t begin = 0;
    for (std::size_t l = 0; l < experts.size(); ++l) {
        const TrainBatch::Target& target = batch.targets[l];
        const at::Tensor one = distillationLoss(
            logits.narrow(1, begin, experts[l]), target.indices, target.logits, options.crossEntropyWeight,
            options.loss);
        sum = sum.defined() ? sum + one : one;
        begin += experts[l];
    }
    return sum / static_cast<double>(experts.size());
}

Status Trainer::State::judge(api::TrainEpoch& epoch)
{
    const c10::NoGradGuard noGrad;
    std::vector<Hits> hits(experts.size());
    std::mt19937_64 any(0);
    for (const auto& samples : shuffledBatches(source.index(), split.heldOut, options.batchSize, any)) {
        SIDA_TRY_ASSIGN(const TrainBatch batch, makeBatch(samples));
        const at::Tensor logits = network.logitsOf(batch.ids, batch.lengths, batch.samples);
        std::int64_t begin = 0;
        for (std::size_t l = 0; l < hits.size(); ++l) {
            const Hits some
                = countHits(logits.narrow(1, begin, experts[l]), batch.targets[l].indices.select(1, 0));
            hits[l].top1 += some.top1;
            hits[l].top3 += some.top3;
            begin += experts[l];
        }
    }
    const auto tokens = static_cast<double>(result.heldOutTokens);
    std::vector<double> top1;
    std::vector<double> top3;
    for (const Hits& layer : hits) {
        top1.push_back(static_cast<double>(layer.top1) / tokens);
        top3.push_back(static_cast<double>(layer.top3) / tokens);
        epoch.heldOutTop1 += top1.back() / static_cast<double>(hits.size());
        epoch.heldOutTop3 += top3.back() / static_cast<double>(hits.size());
    }
    if (result.bestEpoch == 0 || epoch.heldOutTop1 > result.heldOutTop1) {
        result.bestEpoch = epoch.epoch;
        result.heldOutTop1 = epoch.heldOutTop1;
        result.heldOutTop3 = epoch.heldOutTop3;
        result.heldOutTop1ByLayer = top1;
        result.heldOutTop3ByLayer = top3;
        best.clear();
        for (const at::Tensor& parameter : parameters)
            best.push_back(parameter.detach().clone());
    }
    return {};
}

Trainer::Trainer(Trainable& network, const api::TrainOptions& options, const TrainingSource& source)
    : m_state(std::make_unique<State>(network, options, source))
{
}
Trainer::~Trainer() = default;

std::uint64_t Trainer::steps() const
{
    return m_state->totalSteps;
}

std::uint64_t Trainer::stepsDone() const
{
    return m_state->step;
}

bool Trainer::finished() const
{
    const State& s = *m_state;
    const auto done = static_cast<int>(s.result.epochs.size());
    return done >= s.options.epochs
        || (s.options.patience > 0 && done - s.result.bestEpoch >= s.options.patience);
}

Result<api::TrainEpoch> Trainer::runEpoch(const StepDone& stepDone)
{
    State& s = *m_state;
    const Nanoseconds start = monotonicNow();
    const double learningRate
        = s.options.learningRate > 0 ? s.options.learningRate : s.network.learningRate();
    api::TrainEpoch epoch;
    epoch.epoch = static_cast<int>(s.result.epochs.size()) + 1;
    for (const auto& samples :
         shuffledBatches(s.source.index(), s.split.train, s.options.batchSize, s.random)) {
        SIDA_TRY_ASSIGN(const TrainBatch batch, s.makeBatch(samples));
        const at::Tensor loss = s.loss(batch);
        const double value = loss.item<double>();
        if (!std::isfinite(value))
            return failure(
                ErrorKind::usage,
                fmt::format(
                    "Training diverged in epoch {} at learning rate {}; choose a smaller learning rate",
                    epoch.epoch, learningRate));
        if (loss.requires_grad()) // a shadow of one layer replaces nothing and is exact as it is
            loss.backward();
        s.optimiser.step(learningRate * learningRateFactor(s.step++, s.totalSteps));
        epoch.loss += value * static_cast<double>(batch.tokens) / static_cast<double>(s.result.trainedTokens);
        if (!stepDone())
            return failure(ErrorKind::cancelled, "Training was stopped; nothing was written");
    }
    SIDA_TRY(s.judge(epoch));
    epoch.seconds = static_cast<double>(monotonicNow() - start) / 1e9;
    s.result.epochs.push_back(epoch);
    return epoch;
}

void Trainer::restoreBest()
{
    const c10::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_state->best.size(); ++i)
        m_state->parameters[i].copy_(m_state->best[i]);
}

const std::vector<std::uint64_t>& Trainer::heldOut() const
{
    return m_state->split.heldOut;
}

Status Trainer::save(const std::filesystem::path& path, const std::string& fingerprint) const
{
    const State& s = *m_state;
    std::ostringstream random;
    random << s.random;
    return writeTrainingState(
        path, {fingerprint, s.step, random.str(), s.result, s.parameters, s.optimiser.state(), s.best});
}

Status Trainer::load(const std::filesystem::path& path, const std::string& fingerprint)
{
    State& s = *m_state;
    TrainingState kept{fingerprint, 0, {}, s.result, s.parameters, s.optimiser.state(), {}};
    for (const at::Tensor& parameter : s.parameters)
        kept.best.push_back(at::empty_like(parameter.detach()));
    SIDA_TRY(readTrainingState(path, kept));
    std::istringstream random(kept.random);
    random >> s.random;
    if (!random)
        return badInput(fmt::format(
            "{}: the generator's state is damaged; delete the file and train from the beginning",
            path.string()));
    s.step = kept.step;
    s.best = std::move(kept.best);
    s.result = std::move(kept.result);
    return {};
}

api::TrainResult Trainer::result() const
{
    return m_state->result;
}

} // namespace sida::predictor
