// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/dataset/batch.h"
#include "engine/experts/expert_source.h"
#include "engine/experts/hash_table.h"
#include "engine/experts/host_store.h"
#include "engine/model/load_options.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace sida::model
{

using experts::ActiveExpert;
using experts::ExpertSource;

struct SwitchWeights;

/// What a caller may want to see of a forward pass. Empty functions cost nothing.
struct ForwardHooks {
    /// The model's own choice per packed token (exact routing only).
    std::function<void(int moeLayer, std::span<const std::uint16_t> expertOfToken)> routed;
    /// Router logits [tokens, experts] per MoE layer, packed, float32 (exact routing only).
    std::function<void(int moeLayer, std::span<const float> logits, int experts)> routerLogits;
    /// Generation, before each pass of the decoder: which rows of the batch go on, and the token each of them
    /// reads. Steps count from 0.
    std::function<void(int step, std::span<const std::size_t> rows, std::span<const std::int32_t> inputs)>
        decoderStep;
};

struct ForwardOptions {
    const experts::HashTable* routing = nullptr; ///< null: the model's own routers decide
    bool wantHidden = false;
    const ForwardHooks* hooks = nullptr;
    /// What becomes of tokens beyond an expert's capacity. Only routers are limited by it, a table is not.
    api::ExpertCapacity capacity = api::ExpertCapacity::off;
};

/// The largest batch of a run, for the workspace.
struct WorkspaceShape {
    int rows = 1;
    int length = 1; ///< tokens of the longest sample
    int topK = 1;
    int threads = 1; ///< that libtorch may use on the thread that computes
    int targetLength = 0; ///< of teacher forcing, or new tokens; 0 = the decoder is not run
    bool generates = false; ///< token by token, with a cache; else all targets at once
};

struct ForwardResult {
    std::vector<float> logits; ///< [rows, labels]; empty without a classifier head
    std::vector<float> hidden; ///< last hidden state, packed [tokens, dModel], when wanted
};

struct GenerateResult {
    std::vector<std::vector<std::int32_t>> ids; ///< by row: without the start token, with `</s>`
};

struct ScoreResult {
    struct Row {
        double lossSum = 0; ///< cross-entropy in nats, over the labels that count
        std::uint64_t labels = 0; ///< that count: all but dataset::kNotScored
        std::vector<float> logits; ///< [target length, vocabulary] when wanted
    };
    std::vector<Row> rows;
};

/// A loaded model: dense weights and the host copies of its experts. Immutable after loading but for the
/// experts' layout; forward may be
/// called from one thread at a time.
class Model
{
public:
    virtual ~Model() = default;
    virtual const api::ModelInfo& info() const = 0;
    virtual const experts::HostStore& experts() const = 0;
    virtual ExpertLayout expertLayout() const { return ExpertLayout::rows; }
    /// Brings the experts into that layout where they come out even in it: in place, whatever the model's
    /// size, in about the time of reading and writing them once. Nobody may read an expert meanwhile.
    virtual void arrangeExperts(ExpertLayout, const ProgressSink&) { }
    /// Token embedding, float32 [vocabulary, dModel]: the predictor's input.
    virtual std::span<const float> embeddings() const = 0;
    /// The same for the decoder's inputs, which is nearly always the same table.
    virtual std::span<const float> decoderEmbeddings() const { return embeddings(); }
    /// The encoder, for a predictor that shares its dense part; null for a model of another family.
    virtual const SwitchWeights* encoderWeights() const { return nullptr; }
    /// Memory of everything but the experts, if the same parts of the model were loaded for that type.
    virtual std::uint64_t denseBytes(api::DType compute) const = 0;
    /// Memory of one expert's block in that type.
    virtual std::uint64_t expertBlockBytes(api::DType compute) const = 0;
    /// Upper bound of the workspace that a batch of that shape needs, whatever the routing. Values in
    /// between stand in floats, so it is the same for every compute type.
    virtual std::uint64_t workspaceBytes(const WorkspaceShape& shape) const = 0;
    virtual Result<ForwardResult>
    forward(const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options) const = 0;

    /// The classifier head by itself, for hidden states [tokens, dModel] that were computed elsewhere;
    /// sequences of these lengths one behind the other. [sequences, labels], empty without a head.
    virtual std::vector<float> classify(std::span<const float> hidden, std::span<const int> lengths) const;

    /// Whether there is a decoder with a language model's head; the error says what the model can do instead.
    virtual Status checkDecodes() const = 0;
    /// Greedy generation until `</s>` or that many new tokens. A table routes the encoder's tokens only: the
    /// decoder's go where their routers send them.
    virtual Result<GenerateResult> generate(
        const dataset::TokenBatch& batch, int maxNewTokens, ExpertSource& source,
        const ForwardOptions& options) const = 0;
    /// Teacher forcing: how probable each row's target is. Every row must have one.
    virtual Result<ScoreResult> score(
        const dataset::TokenBatch& batch, bool wantLogits, ExpertSource& source,
        const ForwardOptions& options) const = 0;
};

/// Headers and config only: what `sida inspect` prints, without loading weights (the identity reads the
/// routers). Instead of a folder a synthetic model may be named, here and below; see synthetic.h.
Result<api::ModelInfo> inspectModel(const std::filesystem::path& folder);

Result<std::unique_ptr<Model>> loadModel(
    const std::filesystem::path& folder, const ProgressSink& progress, const std::stop_token& stop,
    const LoadOptions& options = {});

/// Hands out the host store's own blocks: everything resident, nothing recorded. For tests, capture and
/// measurements.
class HostExpertSource final : public ExpertSource
{
public:
    explicit HostExpertSource(const experts::HostStore& store)
        : m_store(store)
    {
    }
    void beginLayer(int moeLayer, std::span<const ActiveExpert> active) override;
    Ready next() override;
    std::optional<Ready> nextIfReady() override;
    void release(std::size_t) override { }
    void endLayer() override { }

private:
    const experts::HostStore& m_store;
    int m_layer = 0;
    std::span<const ActiveExpert> m_active;
    std::size_t m_next = 0;
};

} // namespace sida::model
