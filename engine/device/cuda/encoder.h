// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/result.h"

#include <cstdint>
#include <memory>
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
    int slots = 0;
    int tokens = 0; ///< of a batch, padding not counted
    int sequences = 0; ///< of a batch
    int longest = 0; ///< tokens of a sequence
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

/// The Switch encoder on one CUDA device: the whole forward pass as one graph for each size of batch, without
/// a word to the host between its first kernel and its last. Sequences lie one behind the other, so padding
/// costs nothing and is never routed. Numbers are rounded where the reference rounds them
/// (docs: Hugging Face's modeling_switch_transformers), sums are in f32 in an order that depends on neither
/// slots nor the company in the batch's experts.
///
/// One thread at a time.
class Encoder
{
public:
    virtual ~Encoder() = default;

    /// Copies one expert (wi, then wo) into a slot.
    virtual Status fillSlot(int slot, const void* block) = 0;
    /// From the next run on the expert is read from there; -1 = it is not on the device. A run that routes a
    /// token to an expert that is not there fails.
    virtual Status place(int moeLayer, int expert, int slot) = 0;

    /// `offsets`: first token of each sequence, and the number of tokens.
    virtual Status run(std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets) = 0;
    /// Of the last run: [tokens, dModel], after the final norm.
    virtual Result<std::vector<float>> hidden() = 0;
    /// Of the last run: tokens of each expert of a layer.
    virtual Result<std::vector<int>> routed(int moeLayer) = 0;

    /// What was allocated for weights, slots and workspace.
    virtual std::uint64_t deviceBytes() const = 0;
};

} // namespace sida::cuda
