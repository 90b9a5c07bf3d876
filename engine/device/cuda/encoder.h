// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/result.h"
#include "engine/device/cuda/exchange.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sida::cuda
{

/// Sizes of a Switch encoder (config.json), and of the largest batch that will come.
struct EncoderShape {
    int dModel = 0;
    int heads = 0;
    int dKv = 0;
    int dFf = 0;
    int vocabulary = 0;
    float epsilon = 1e-6F;
    std::vector<int> experts; ///< of each block; 0 = dense
    /// Of an expert's block, in numbers: its whole size and where wo begins. 0: wo lies directly behind wi.
    std::size_t expertNumbers = 0;
    std::size_t outerAt = 0;
    int slots = 0; ///< that there can be; as many as there are experts, or fewer
    /// False: every expert stays where place() puts it. True: experts come and go while batches run, and a
    /// batch waits for those that are missing.
    bool served = false;
    int tokens = 0; ///< of a batch, padding not counted
    int sequences = 0; ///< of a batch
    int longest = 0; ///< tokens of a sequence
    /// 0: the model's routers choose an expert for each token. Otherwise they are not run: so many experts of
    /// each token come with the batch (routing `predicted`).
    int choices = 0;
};

/// Where the tokens of one MoE layer go, and what each expert's output is multiplied by: both
/// [tokens * EncoderShape::choices], the experts of a token side by side. Outputs are added in that order.
struct LayerRouting {
    std::span<const std::uint16_t> experts;
    std::span<const float> weights;
};

/// One block's weights in host memory, in the number type of the encoder; matrices are [outputs, inputs] as
/// checkpoints have them.
struct HostBlock {
    const void* attentionNorm = nullptr;
    const void* queryKeyValue = nullptr; ///< one above the other
    const void* output = nullptr;
    const void* feedForwardNorm = nullptr;
    const void* wi = nullptr; ///< dense blocks
    const void* wo = nullptr;
    const void* router = nullptr; ///< sparse blocks
};

struct HostWeights {
    const void* embedding = nullptr;
    /// [heads, 2 * longest - 1]: the position bias by (key - query + longest - 1).
    const void* bias = nullptr;
    const void* finalNorm = nullptr;
    std::vector<HostBlock> blocks;
};

/// When a copy ran, by the device's clock.
struct CopyTimes {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What the encoder takes of the device's memory, in bytes.
struct EncoderBytes {
    std::uint64_t dense = 0;
    std::uint64_t workspace = 0;
    std::uint64_t slot = 0; ///< of one slot
};

/// The Switch encoder on one CUDA device: the whole forward pass as one graph for each size of batch, without
/// a word to the host between its first kernel and its last, unless experts are missing. Sequences lie one
/// behind the other, so padding costs nothing and is never routed. Numbers are rounded where the reference
/// rounds them (docs: Hugging Face's modeling_switch_transformers), sums are in f32 in an order that depends
/// on neither slots nor the company in the batch's experts, nor on when these arrived.
///
/// Served, an expert that is missing when its layer has been routed is waited for by the device: the layer is
/// computed in waves, first what is there, then what has come, so that any two slots suffice. Who serves
/// reads the exchange (exchange.h) and copies; where experts are stands in a table in host memory that the
/// device reads once it has begun a layer. Who takes an expert away says so in the table first and then looks
/// whether its layer has begun.
///
/// One thread submits; another may serve meanwhile (the second group of functions).
class Encoder
{
public:
    virtual ~Encoder() = default;

    /// Memory for so many slots, the first ones. Only while no batch runs and nothing is copied.
    virtual Status setSlots(int slots) = 0;
    /// Copies one expert (wi, then wo) into a slot and waits for it.
    virtual Status fillSlot(int slot, const void* block) = 0;
    /// From the next run on the expert is read from there; -1 = it is not on the device. A run that routes a
    /// token to an expert that is not there fails unless it is served.
    virtual Status place(int moeLayer, int expert, int slot) = 0;

    /// Starts a batch; gives its number (exchange.h). At most two may be under way. `offsets`: first token of
    /// each sequence, and the number of tokens. `routing`: of each MoE layer when no routers run, else empty.
    virtual Result<std::uint32_t> submit(
        std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets,
        std::span<const LayerRouting> routing, bool wantHidden)
        = 0;
    /// Whether the batch has ended; an error when it cannot end any more.
    virtual Result<bool> isDone(std::uint32_t sequence) = 0;
    /// Of a batch that has ended, until two more have been submitted: [tokens, dModel], after the final norm.
    virtual std::vector<float> hiddenOf(std::uint32_t sequence) const = 0;
    /// Likewise: the experts of each token.
    virtual std::span<const std::uint16_t> choiceOf(std::uint32_t sequence, int moeLayer) const = 0;

    /// Submits and waits.
    virtual Status
    run(std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets,
        std::span<const LayerRouting> routing = {})
        = 0;
    /// Of the last run: [tokens, dModel], after the final norm.
    virtual Result<std::vector<float>> hidden() = 0;
    /// Of the last run: tokens of each expert of a layer.
    virtual Result<std::vector<int>> routed(int moeLayer) = 0;

    // Whoever serves: one thread.
    virtual const ExchangeLayout& layout() const = 0;
    virtual const std::byte* half(std::uint32_t sequence) const = 0;
    /// Where the device looks for an expert, -1 for nowhere. The caller orders this against what it reads.
    virtual void publish(int moeLayer, int expert, int slot) = 0;
    /// Begins a copy, at whose end the expert is published.
    virtual Status beginCopy(int slot, const void* block, int moeLayer, int expert) = 0;
    virtual bool canBeginCopy() const = 0;
    virtual Result<std::optional<CopyTimes>> endedCopy() = 0;
    /// Batches under way stop waiting for experts, and fail.
    virtual void giveUp() = 0;

    /// What was allocated for weights, workspace and slots.
    virtual std::uint64_t deviceBytes() const = 0;
};

} // namespace sida::cuda
