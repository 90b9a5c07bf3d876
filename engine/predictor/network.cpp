// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/network.h"

#include "engine/predictor/lstm_kernel.h"
#include "engine/predictor/time_major.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <array>
#include <c10/core/InferenceMode.h>
#include <cstring>

namespace sida::predictor
{

namespace
{

/// Tokens whose embeddings, gates or logits are held at once: enough for the matrix products to run at full
/// speed, so little that a long batch needs hardly more memory than its hidden states.
constexpr std::int64_t kChunk = 256;
constexpr std::uint64_t kAlignment = 64;

std::uint64_t alignedBytes(std::int64_t floats)
{
    const std::uint64_t bytes = static_cast<std::uint64_t>(floats) * sizeof(float);
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Sizes of the buffers of one pass, in floats.
struct Layout {
    std::int64_t hidden = 0; ///< one hidden state for every token
    std::int64_t cell = 0;
    std::int64_t chunk = 0; ///< embeddings, gates, a sentence or logits, one after the other
    std::int64_t attention = 0; ///< logits of some tokens of a sentence and a row of scratch

    Layout(const NetworkShape& shape, std::int64_t tokens, std::int64_t rows, std::int64_t length)
    {
        const std::int64_t units = paddedUnits(shape.hiddenDim);
        const std::int64_t some = std::min(tokens, kChunk);
        hidden = tokens * units;
        cell = rows * units;
        chunk = std::max(
            {some * shape.embeddingDim, std::max(some, rows) * 4 * units, 2 * length * units,
             some * shape.allExperts()});
        attention = (std::min(length, kChunk) + 1) * length;
    }

    std::uint64_t bytes() const
    {
        return 3 * alignedBytes(hidden) + alignedBytes(cell) + alignedBytes(chunk) + alignedBytes(attention)
            + kAlignment;
    }
};

/// Cuts one allocation into the buffers of a pass.
class Arena
{
public:
    explicit Arena(std::uint64_t bytes)
        : m_memory(at::empty({static_cast<std::int64_t>(bytes)}, at::kByte))
    {
        const auto start = reinterpret_cast<std::uintptr_t>(m_memory.data_ptr());
        m_next
            = static_cast<std::byte*>(m_memory.data_ptr()) + (kAlignment - start % kAlignment) % kAlignment;
    }
    float* take(std::int64_t floats)
    {
        auto* taken = reinterpret_cast<float*>(m_next);
        m_next += alignedBytes(floats);
        return taken;
    }

private:
    at::Tensor m_memory;
    std::byte* m_next = nullptr;
};

at::Tensor matrix(float* data, std::int64_t rows, std::int64_t columns)
{
    return at::from_blob(data, {rows, columns}, at::kFloat);
}

/// A copy of [rows, columns] in which row r stands at place `rowOf(r)`; the rest is zero.
template <typename RowOf>
at::Tensor spread(
    const std::vector<float>& values, std::int64_t rows, std::int64_t columns, std::int64_t paddedRows,
    std::int64_t paddedColumns, RowOf rowOf)
{
    at::Tensor result = at::zeros({paddedRows, paddedColumns}, at::kFloat);
    float* data = result.data_ptr<float>();
    for (std::int64_t row = 0; row < rows; ++row)
        std::copy_n(
            values.data() + row * columns, columns,
            data + static_cast<std::int64_t>(rowOf(row)) * paddedColumns);
    return result;
}

} // namespace

/// Hidden units are padded with units whose weights are zero: they stay zero through every layer.
struct Network::State {
    struct LstmLayer {
        at::Tensor inputWeight; ///< [4 * units, units], rows in the kernel's order
        at::Tensor bias; ///< [4 * units], both biases
        at::Tensor recurrent; ///< in the kernel's layout
    };
    NetworkShape shape;
    std::int64_t units = 0;
    at::Tensor compression; ///< [units, embeddingDim]
    at::Tensor compressionBias;
    std::array<LstmLayer, kLstmLayers> lstm;
    at::Tensor residual; ///< [units, units]
    at::Tensor heads; ///< [all experts, units]
    at::Tensor headBias; ///< with what the residual's bias becomes behind the heads

    State(const NetworkShape& networkShape, const NetworkWeights& weights);
    void loadLstm(const NetworkWeights::Lstm& from, LstmLayer& to) const;
    void loadHeads(const NetworkWeights& weights);

    /// Buffers of one pass; tokens stand in time-major order.
    struct Pass {
        const TimeMajor& order;
        std::span<const float> embeddings;
        float* compressed;
        float* first; ///< output of the first LSTM layer, later the attended output
        float* second; ///< output of the second LSTM layer
        float* cell;
        float* chunk;
        float* attention;
        std::int64_t tokens() const { return static_cast<std::int64_t>(order.packed.size()); }
    };
    void compress(const Pass& pass) const;
    void runLstm(const Pass& pass, const LstmLayer& layer, float* input, float* output) const;
    void attend(const Pass& pass) const;
    void attendSentence(const Pass& pass, float* sentence, float* attended, std::int64_t length) const;
    void classify(const Pass& pass, const LogitsSink& sink) const;
};

Network::State::State(const NetworkShape& networkShape, const NetworkWeights& weights)
    : shape(networkShape)
    , units(paddedUnits(networkShape.hiddenDim))
{
    const auto same = [](std::int64_t row) { return row; };
    const std::int64_t hidden = shape.hiddenDim;
    compression
        = spread(weights.compression.weight, hidden, shape.embeddingDim, units, shape.embeddingDim, same);
    compressionBias = spread(weights.compression.bias, 1, hidden, 1, units, same).view({units});
    for (std::size_t i = 0; i < lstm.size(); ++i)
        loadLstm(weights.lstm[i], lstm[i]);
    residual = spread(weights.residual.weight, hidden, hidden, units, units, same);
    loadHeads(weights);
}

void Network::State::loadLstm(const NetworkWeights::Lstm& from, LstmLayer& to) const
{
    const int hidden = shape.hiddenDim;
    const auto column = [hidden](std::int64_t row) { return gateColumn(static_cast<int>(row), hidden); };
    to.inputWeight = spread(from.inputWeight, 4 * hidden, hidden, 4 * units, units, column);
    to.bias = spread(from.inputBias, 4 * hidden, 1, 4 * units, 1, column).view({4 * units});
    to.bias += spread(from.recurrentBias, 4 * hidden, 1, 4 * units, 1, column).view({4 * units});
    std::vector<float> packed = packRecurrent(from.recurrentWeight, hidden);
    to.recurrent = matrix(packed.data(), 4 * units, units).clone();
}

void Network::State::loadHeads(const NetworkWeights& weights)
{
    const std::int64_t hidden = shape.hiddenDim;
    heads = at::zeros({shape.allExperts(), units}, at::kFloat);
    headBias = at::empty({shape.allExperts()}, at::kFloat);
    float* row = heads.data_ptr<float>();
    float* bias = headBias.data_ptr<float>();
    for (const NetworkWeights::Linear& head : weights.heads)
        for (std::size_t expert = 0; expert < head.bias.size(); ++expert, row += units, ++bias) {
            std::copy_n(head.weight.data() + static_cast<std::int64_t>(expert) * hidden, hidden, row);
            double sum = head.bias[expert];
            for (std::int64_t k = 0; k < hidden; ++k)
                sum += static_cast<double>(row[k]) * weights.residual.bias[static_cast<std::size_t>(k)];
            *bias = static_cast<float>(sum);
        }
}

void Network::State::compress(const Pass& pass) const
{
    const std::int64_t width = shape.embeddingDim;
    for (std::int64_t begin = 0; begin < pass.tokens(); begin += kChunk) {
        const std::int64_t count = std::min(kChunk, pass.tokens() - begin);
        for (std::int64_t i = 0; i < count; ++i)
            std::copy_n(
                pass.embeddings.data() + pass.order.ids[static_cast<std::size_t>(begin + i)] * width, width,
                pass.chunk + i * width);
        float* out = pass.compressed + begin * units;
        at::Tensor result = matrix(out, count, units);
        at::addmm_out(result, compressionBias, matrix(pass.chunk, count, width), compression.t());
        for (std::int64_t i = 0; i < count * units; ++i)
            out[i] = std::max(0.0F, out[i]);
    }
}

void Network::State::runLstm(const Pass& pass, const LstmLayer& layer, float* input, float* output) const
{
    const TimeMajor& order = pass.order;
    const std::int64_t gateCount = 4 * units;
    LstmStep step;
    step.units = static_cast<int>(units);
    step.weights = layer.recurrent.data_ptr<float>();
    step.cell = pass.cell;
    int time = 0;
    while (time < order.steps()) {
        // The input's part of the gates needs no earlier output: it is computed for several steps at once.
        const std::int64_t begin = order.token(time, 0);
        int stop = time + 1;
        while (stop < order.steps() && order.stepBegin[static_cast<std::size_t>(stop) + 1] - begin <= kChunk)
            ++stop;
        const std::int64_t count = order.stepBegin[static_cast<std::size_t>(stop)] - begin;
        at::Tensor gates = matrix(pass.chunk, count, gateCount);
        at::addmm_out(gates, layer.bias, matrix(input + begin * units, count, units), layer.inputWeight.t());
        for (; time < stop; ++time) {
            const std::int64_t at = order.token(time, 0);
            step.rows = order.running(time);
            step.gates = pass.chunk + (at - begin) * gateCount;
            step.previous = time == 0 ? nullptr : output + order.token(time - 1, 0) * units;
            step.output = output + at * units;
            lstmStep(step);
        }
    }
}

void Network::State::attendSentence(
    const Pass& pass, float* sentence, float* attended, std::int64_t length) const
{
    const at::Tensor values = matrix(sentence, length, units);
    for (std::int64_t begin = 0; begin < length; begin += kChunk) {
        const std::int64_t count = std::min(kChunk, length - begin);
        at::Tensor weights = matrix(pass.attention, count, length);
        at::mm_out(weights, matrix(sentence + begin * units, count, units), values.t());
        const std::span<float> scratch(pass.attention + count * length, static_cast<std::size_t>(length));
        for (std::int64_t i = 0; i < count; ++i)
            sparsemaxRow(
                {pass.attention + i * length, static_cast<std::size_t>(length)}, scratch, shape.sparsemax);
        at::Tensor result = matrix(attended + begin * units, count, units);
        at::mm_out(result, weights, values);
    }
}

void Network::State::attend(const Pass& pass) const
{
    const TimeMajor& order = pass.order;
    if (order.lengths.size() == 1) {
        attendSentence(pass, pass.second, pass.first, pass.tokens());
        return;
    }
    for (int rank = 0; rank < static_cast<int>(order.lengths.size()); ++rank) {
        const int length = order.lengths[static_cast<std::size_t>(rank)];
        float* sentence = pass.chunk;
        float* attended = pass.chunk + length * units;
        for (int step = 0; step < length; ++step)
            std::copy_n(pass.second + order.token(step, rank) * units, units, sentence + step * units);
        attendSentence(pass, sentence, attended, length);
        for (int step = 0; step < length; ++step)
            std::copy_n(attended + step * units, units, pass.first + order.token(step, rank) * units);
    }
}

void Network::State::classify(const Pass& pass, const LogitsSink& sink) const
{
    const std::int64_t experts = shape.allExperts();
    at::Tensor features = matrix(pass.first, pass.tokens(), units);
    at::addmm_out(features, features, matrix(pass.compressed, pass.tokens(), units), residual.t());
    for (std::int64_t begin = 0; begin < pass.tokens(); begin += kChunk) {
        const std::int64_t count = std::min(kChunk, pass.tokens() - begin);
        at::Tensor logits = matrix(pass.chunk, count, experts);
        at::addmm_out(logits, headBias, features.narrow(0, begin, count), heads.t());
        sink(
            std::span(pass.order.packed)
                .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)),
            {pass.chunk, static_cast<std::size_t>(count * experts)});
    }
}

Network::Network(const NetworkShape& shape, const NetworkWeights& weights)
    : m_state(std::make_unique<State>(shape, weights))
{
}
Network::~Network() = default;
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;

const NetworkShape& Network::shape() const
{
    return m_state->shape;
}

std::uint64_t Network::weightBytes() const
{
    const State& s = *m_state;
    std::uint64_t bytes = s.compression.nbytes() + s.compressionBias.nbytes() + s.residual.nbytes()
        + s.heads.nbytes() + s.headBias.nbytes();
    for (const State::LstmLayer& layer : s.lstm)
        bytes += layer.inputWeight.nbytes() + layer.bias.nbytes() + layer.recurrent.nbytes();
    return bytes;
}

std::uint64_t Network::workspaceBytes(int rows, int length) const
{
    return Layout(m_state->shape, std::int64_t{rows} * length, rows, length).bytes();
}

void Network::forward(
    const dataset::TokenBatch& batch, std::span<const float> embeddings, const LogitsSink& sink) const
{
    const c10::InferenceMode inference;
    const State& s = *m_state;
    const TimeMajor order(batch);
    if (order.packed.empty())
        return;
    const Layout layout(
        s.shape, static_cast<std::int64_t>(order.packed.size()), batch.rows, order.lengths.front());
    Arena arena(layout.bytes());
    const State::Pass pass{
        order,
        embeddings,
        arena.take(layout.hidden),
        arena.take(layout.hidden),
        arena.take(layout.hidden),
        arena.take(layout.cell),
        arena.take(layout.chunk),
        arena.take(layout.attention)};
    s.compress(pass);
    s.runLstm(pass, s.lstm[0], pass.compressed, pass.first);
    s.runLstm(pass, s.lstm[1], pass.first, pass.second);
    s.attend(pass);
    s.classify(pass, sink);
}

} // namespace sida::predictor
