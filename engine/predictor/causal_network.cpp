// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_network.h"

#include "engine/predictor/sparsemax.h"
#include "engine/predictor/top_experts.h"

#include <algorithm>
#include <numeric>

namespace sida::predictor
{

namespace
{

std::size_t times(int a, int b)
{
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// The table's layers for so many tokens, empty.
void prepare(
    std::vector<experts::LayerTable>& layers, const std::vector<int>& experts, std::size_t tokens, int topK)
{
    layers.resize(experts.size());
    for (experts::LayerTable& layer : layers) {
        layer.experts.resize(tokens * static_cast<std::size_t>(topK));
        layer.alpha.resize(layer.experts.size());
        layer.predicted.clear();
    }
}

} // namespace

CausalNetwork::CausalNetwork(const NetworkShape& shape, const CausalWeights& weights)
    : m_packed(shape, weights.network)
{
    if (!weights.source.empty())
        m_source = packMatrix(
            weights.source, shape.hiddenDim, shape.embeddingDim, shape.embeddingDim, m_packed.units);
}

std::uint64_t CausalNetwork::weightBytes() const
{
    return m_packed.bytes() + (m_source ? m_source->values.size() * sizeof(float) : 0);
}

CausalReader::CausalReader(const CausalNetwork& network, int rows, int positions)
    : m_network(network)
    , m_rows(std::max(rows, 1))
    , m_positions(std::max(positions, 1))
    , m_units(network.m_packed.units)
    , m_keyFloats(packedFloats(m_units, m_positions))
    , m_read(static_cast<std::size_t>(m_rows))
    , m_source(times(m_rows, m_units))
    , m_hidden(kLstmLayers * times(m_rows, m_units))
    , m_cell(m_hidden.size())
    , m_values(times(m_rows, m_units) * static_cast<std::size_t>(m_positions))
    , m_keys(static_cast<std::size_t>(m_rows) * m_keyFloats)
    , m_embedded(times(m_rows, network.shape().embeddingDim))
    , m_compressed(times(m_rows, m_units))
    , m_gates(4 * times(m_rows, m_units))
    , m_previous(times(m_rows, m_units))
    , m_cells(times(m_rows, m_units))
    , m_outputs(times(m_rows, m_units))
    , m_context(times(m_rows, m_units))
    , m_attention(times(2, m_positions))
    , m_logits(times(m_rows, network.shape().allExperts()))
    , m_places(static_cast<std::size_t>(m_rows))
{
}

std::uint64_t CausalReader::bytes(const CausalNetwork& network, int rows, int positions)
{
    const auto r = static_cast<std::uint64_t>(std::max(rows, 1));
    const auto p = static_cast<std::uint64_t>(std::max(positions, 1));
    const auto units = static_cast<std::uint64_t>(network.m_packed.units);
    const std::uint64_t perRow = units * (1 + 2 * kLstmLayers + p + 1 + 4 + 4)
        + packedFloats(network.m_packed.units, static_cast<std::int64_t>(p))
        + static_cast<std::uint64_t>(network.shape().embeddingDim)
        + static_cast<std::uint64_t>(network.shape().allExperts());
    return (r * perRow + 2 * p) * sizeof(float) + r * (sizeof(int) + sizeof(std::uint32_t));
}

void CausalReader::begin(const dataset::TokenBatch& batch, std::span<const float> embeddings)
{
    const auto rows = static_cast<std::size_t>(batch.rows);
    std::fill(m_read.begin(), m_read.end(), 0);
    std::fill(m_hidden.begin(), m_hidden.end(), 0.0F);
    std::fill(m_cell.begin(), m_cell.end(), 0.0F);
    if (!m_network.m_source)
        return;
    const auto width = static_cast<std::size_t>(m_network.shape().embeddingDim);
    std::fill(m_embedded.begin(), m_embedded.end(), 0.0F);
    for (std::size_t row = 0; row < rows; ++row) {
        float* mean = m_embedded.data() + row * width;
        const int length = batch.lengths[row];
        for (int i = 0; i < length; ++i) {
            const auto id = static_cast<std::size_t>(
                batch.ids[row * static_cast<std::size_t>(batch.length) + static_cast<std::size_t>(i)]);
            for (std::size_t k = 0; k < width; ++k)
                mean[k] += embeddings[id * width + k];
        }
        for (std::size_t k = 0; k < width; ++k)
            mean[k] /= static_cast<float>(std::max(length, 1));
    }
    std::fill(m_source.begin(), m_source.end(), 0.0F);
    runProduct(
        *m_network.m_source, static_cast<std::int64_t>(rows), m_embedded.data(), m_source.data(), nullptr);
}

std::span<const float> CausalReader::step(
    std::span<const std::size_t> rows, std::span<const std::int32_t> ids, std::span<const float> embeddings)
{
    const PackedNetwork& net = m_network.m_packed;
    const auto width = static_cast<std::size_t>(net.shape.embeddingDim);
    const auto units = static_cast<std::size_t>(m_units);
    const auto count = static_cast<std::int64_t>(rows.size());
    for (std::size_t token = 0; token < rows.size(); ++token)
        std::copy_n(
            embeddings.data() + static_cast<std::size_t>(ids[token]) * width, width,
            m_embedded.data() + token * width);
    if (m_network.m_source) {
        // The rectifier comes behind the sum, so the product is added to bias and source.
        for (std::size_t token = 0; token < rows.size(); ++token)
            for (std::size_t unit = 0; unit < units; ++unit)
                m_compressed[token * units + unit]
                    = net.compressionBias[unit] + m_source[rows[token] * units + unit];
        runProduct(net.compression, count, m_embedded.data(), m_compressed.data(), nullptr, true);
    } else {
        runProduct(
            net.compression, count, m_embedded.data(), m_compressed.data(), net.compressionBias.data(), true);
    }
    recur(rows);
    for (std::size_t token = 0; token < rows.size(); ++token)
        attend(token, rows[token]);
    runProduct(net.residual, count, m_compressed.data(), m_context.data(), nullptr);
    runProduct(net.heads, count, m_context.data(), m_logits.data(), net.headBias.data());
    return {m_logits.data(), rows.size() * net.headBias.size()};
}

/// Both LSTM layers. Rows drop out from one step to the next, so their states are gathered and put back.
void CausalReader::recur(std::span<const std::size_t> rows)
{
    const PackedNetwork& net = m_network.m_packed;
    const auto units = static_cast<std::size_t>(m_units);
    const float* input = m_compressed.data();
    for (std::size_t layer = 0; layer < kLstmLayers; ++layer) {
        const std::size_t base = layer * static_cast<std::size_t>(m_rows) * units;
        for (std::size_t token = 0; token < rows.size(); ++token) {
            std::copy_n(
                m_hidden.data() + base + rows[token] * units, units, m_previous.data() + token * units);
            std::copy_n(m_cell.data() + base + rows[token] * units, units, m_cells.data() + token * units);
        }
        runProduct(
            net.lstm[layer].input, static_cast<std::int64_t>(rows.size()), input, m_gates.data(),
            net.lstm[layer].bias.data());
        LstmStep step;
        step.rows = static_cast<int>(rows.size());
        step.units = m_units;
        step.weights = net.lstm[layer].recurrent.values.data();
        step.gates = m_gates.data();
        step.previous = m_previous.data();
        step.cell = m_cells.data();
        step.output = m_outputs.data();
        lstmStep(step);
        for (std::size_t token = 0; token < rows.size(); ++token) {
            std::copy_n(
                m_outputs.data() + token * units, units, m_hidden.data() + base + rows[token] * units);
            std::copy_n(m_cells.data() + token * units, units, m_cell.data() + base + rows[token] * units);
        }
        input = m_outputs.data();
    }
}

/// Keeps the row's newest output and attends from it to all that were kept.
void CausalReader::attend(std::size_t token, std::size_t row)
{
    const auto units = static_cast<std::size_t>(m_units);
    const int position = m_read[row]++;
    const float* output = m_outputs.data() + token * units;
    float* values = m_values.data() + row * static_cast<std::size_t>(m_positions) * units;
    float* keys = m_keys.data() + row * m_keyFloats;
    std::copy_n(output, units, values + static_cast<std::size_t>(position) * units);
    for (int unit = 0; unit < m_units; ++unit)
        keys[packedPlace(position, unit, m_units)] = output[unit];

    Product product;
    product.rows = 1;
    product.inputs = m_units;
    product.outputs = position + 1;
    product.weights = keys;
    product.in = output;
    product.out = m_attention.data();
    multiply(product);
    const auto seen = static_cast<std::size_t>(position) + 1;
    const std::span all(m_attention);
    const std::span<float> weights = all.first(seen);
    sparsemaxRow(
        weights, all.subspan(static_cast<std::size_t>(m_positions), seen), m_network.shape().sparsemax);
    float* context = m_context.data() + token * units;
    std::fill_n(context, units, 0.0F);
    for (std::size_t key = 0; key < seen; ++key)
        if (weights[key] != 0.0F) // nearly all of them are
            for (std::size_t unit = 0; unit < units; ++unit)
                context[unit] += weights[key] * values[key * units + unit];
}

void CausalReader::foretellStep(
    std::span<const std::size_t> rows, std::span<const std::int32_t> ids, std::span<const float> embeddings,
    int topK, experts::HashTable& table)
{
    const std::span<const float> logits = step(rows, ids, embeddings);
    table.k = topK;
    table.tokens = static_cast<int>(rows.size());
    prepare(table.layers, m_network.experts(), rows.size(), topK);
    std::iota(m_places.begin(), m_places.end(), 0U);
    fillTable(std::span(m_places).first(rows.size()), logits, m_network.experts(), table);
    for (std::size_t i = 0; i < table.layers.size(); ++i)
        experts::countPredicted(table.layers[i], m_network.experts()[i]);
}

std::vector<experts::LayerTable> CausalReader::foretellAll(
    const dataset::TokenBatch& batch, std::span<const std::vector<std::int32_t>> inputs,
    std::span<const float> sourceEmbeddings, std::span<const float> embeddings, int topK)
{
    begin(batch, sourceEmbeddings);
    std::vector<std::uint32_t> first;
    std::uint32_t tokens = 0;
    std::size_t longest = 0;
    for (const std::vector<std::int32_t>& row : inputs) {
        first.push_back(tokens);
        tokens += static_cast<std::uint32_t>(row.size());
        longest = std::max(longest, row.size());
    }
    experts::HashTable table;
    table.k = topK;
    prepare(table.layers, m_network.experts(), tokens, topK);
    std::vector<std::size_t> rows;
    std::vector<std::int32_t> ids;
    for (std::size_t position = 0; position < longest; ++position) {
        rows.clear();
        ids.clear();
        for (std::size_t row = 0; row < inputs.size(); ++row)
            if (position < inputs[row].size()) {
                m_places[rows.size()] = first[row] + static_cast<std::uint32_t>(position);
                rows.push_back(row);
                ids.push_back(inputs[row][position]);
            }
        fillTable(
            std::span(m_places).first(rows.size()), step(rows, ids, embeddings), m_network.experts(), table);
    }
    for (std::size_t i = 0; i < table.layers.size(); ++i)
        experts::countPredicted(table.layers[i], m_network.experts()[i]);
    return std::move(table.layers);
}

} // namespace sida::predictor
