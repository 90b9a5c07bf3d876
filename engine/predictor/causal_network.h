// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/dataset/batch.h"
#include "engine/experts/hash_table.h"
#include "engine/predictor/causal_file.h"
#include "engine/predictor/packed_network.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sida::predictor
{

/// The network for a decoder's MoE layers, laid out for inference: that of the paper with attention that sees
/// only what was read so far, and with a state that is kept from one token to the next. It reads a decoder's
/// inputs, and optionally the mean of the source's token embeddings, which is added before the compression's
/// rectifier.
class CausalNetwork
{
public:
    CausalNetwork(const NetworkShape& shape, const CausalWeights& weights);

    const std::vector<int>& experts() const { return m_packed.shape.experts; } ///< per MoE layer
    const NetworkShape& shape() const { return m_packed.shape; }
    std::uint64_t weightBytes() const;

private:
    friend class CausalReader;
    PackedNetwork m_packed;
    std::optional<PackedMatrix> m_source; ///< [units, embeddingDim]
};

/// Reads the decoder inputs of the rows of one batch after the other and foretells at each of them. A step
/// costs each row one pass through the LSTM and attention over what it has read. All of the state is
/// allocated at construction. One thread at a time.
class CausalReader
{
public:
    /// For batches of at most that many rows and decoder inputs of at most that many tokens. `network`
    /// outlives it.
    CausalReader(const CausalNetwork& network, int rows, int positions);
    static std::uint64_t bytes(const CausalNetwork& network, int rows, int positions);

    /// A new batch, of which nothing was read. `embeddings` [vocabulary, embeddingDim] are those of the
    /// source; they are only looked at by a network that reads it.
    void begin(const dataset::TokenBatch& batch, std::span<const float> embeddings);

    /// The next token of these rows (indices into the batch, each once), whose ids lie inside `embeddings`.
    /// The logits [rows.size(), all experts] are valid until the next call.
    std::span<const float> step(
        std::span<const std::size_t> rows, std::span<const std::int32_t> ids,
        std::span<const float> embeddings);

    /// The same as a table of one step: layers of the decoder only, tokens in the order of `rows`.
    void foretellStep(
        std::span<const std::size_t> rows, std::span<const std::int32_t> ids,
        std::span<const float> embeddings, int topK, experts::HashTable& table);

    /// The layers' tables for a whole batch whose inputs are known, in packed order of `inputs`; begins the
    /// batch itself.
    std::vector<experts::LayerTable> foretellAll(
        const dataset::TokenBatch& batch, std::span<const std::vector<std::int32_t>> inputs,
        std::span<const float> sourceEmbeddings, std::span<const float> embeddings, int topK);

    int positions() const { return m_positions; }

private:
    void recur(std::span<const std::size_t> rows);
    void attend(std::size_t token, std::size_t row);

    const CausalNetwork& m_network;
    const int m_rows;
    const int m_positions;
    const int m_units;
    const std::size_t m_keyFloats; ///< of one row's packed keys

    // Kept between steps, by row.
    std::vector<int> m_read; ///< tokens so far
    std::vector<float> m_source; ///< [rows, units]
    std::vector<float> m_hidden; ///< [layers, rows, units]
    std::vector<float> m_cell; ///< [layers, rows, units]
    std::vector<float> m_values; ///< [rows, positions, units], the LSTM's outputs
    std::vector<float> m_keys; ///< the same, packed for the kernels

    // Of one step, by token.
    std::vector<float> m_embedded; ///< [rows, embeddingDim]
    std::vector<float> m_compressed; ///< [rows, units]
    std::vector<float> m_gates; ///< [rows, 4 * units]
    std::vector<float> m_previous, m_cells, m_outputs; ///< [rows, units]
    std::vector<float> m_context; ///< [rows, units]
    std::vector<float> m_attention; ///< [2, positions]
    std::vector<float> m_logits; ///< [rows, all experts]
    std::vector<std::uint32_t> m_places; ///< where in a table the tokens of a step go
};

} // namespace sida::predictor
