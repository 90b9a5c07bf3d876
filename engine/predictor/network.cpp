// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/network.h"

#include "engine/model/thread_team.h"
#include "engine/predictor/packed_network.h"
#include "engine/predictor/time_major.h"

#include <ATen/ATen.h>
#include <algorithm>

namespace sida::predictor
{

namespace
{

/// Tokens whose embeddings, gates or logits are held at once: enough to use a block of weights many times
/// while it is in the cache, so few that a long batch needs hardly more memory than its hidden states.
constexpr std::int64_t kChunk = 256;
constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kBlockHeader = 64; // what a device::Workspace puts before a block

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
            {some * shape.embeddingDim, std::max(some, rows) * 4 * units, some * shape.allExperts(),
             static_cast<std::int64_t>(packedFloats(units, length)) + length * units});
        attention = (std::min(length, kChunk) + 1) * length;
    }

    std::uint64_t bytes() const
    {
        return 3 * alignedBytes(hidden) + alignedBytes(cell) + alignedBytes(chunk) + alignedBytes(attention)
            + kAlignment;
    }
};

/// Cuts one allocation into the buffers of a pass. It comes from libtorch, because that is where the runtime
/// puts a workspace of planned size under it.
class Arena
{
public:
    explicit Arena(std::uint64_t bytes)
        : m_memory(at::empty({static_cast<std::int64_t>(bytes)}, at::kByte))
        , m_next(static_cast<std::byte*>(m_memory.data_ptr()))
    {
        m_next += (kAlignment - reinterpret_cast<std::uintptr_t>(m_next) % kAlignment) % kAlignment;
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

} // namespace

/// The packed weights, and threads that share their products.
struct Network::State : PackedNetwork {
    using PackedNetwork::PackedNetwork;
    std::unique_ptr<model::ThreadTeam> team = std::make_unique<model::ThreadTeam>(1);

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
    void runProduct(
        const PackedMatrix& weights, std::int64_t rows, const float* in, float* out, const float* bias,
        bool rectify = false) const;
    void runStep(const LstmStep& step) const;
    void compress(const Pass& pass) const;
    void runLstm(const Pass& pass, const LstmLayer& layer, const float* input, float* output) const;
    void attend(const Pass& pass) const;
    void attendSentence(const Pass& pass, int rank, int length) const;
    void classify(const Pass& pass, const LogitsSink& sink) const;
};

void Network::State::runProduct(
    const PackedMatrix& weights, std::int64_t rows, const float* in, float* out, const float* bias,
    bool rectify) const
{
    const Product product = productOf(weights, rows, in, out, bias, rectify);
    const int blocks = (weights.outputs + kColumnBlock - 1) / kColumnBlock;
    team->share(static_cast<std::size_t>(blocks), 1, [&](std::size_t begin, std::size_t end, int) {
        Product part = product;
        part.firstBlock = static_cast<int>(begin);
        part.endBlock = static_cast<int>(end);
        multiply(part);
    });
}

/// Shared out in halves that are the same in every step: each thread finds its weights in its own cache.
void Network::State::runStep(const LstmStep& step) const
{
    team->share(
        static_cast<std::size_t>(units / kUnitBlock), 1, [&](std::size_t begin, std::size_t end, int) {
            LstmStep part = step;
            part.firstBlock = static_cast<int>(begin);
            part.endBlock = static_cast<int>(end);
            lstmStep(part);
        });
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
        runProduct(
            compression, count, pass.chunk, pass.compressed + begin * units, compressionBias.data(), true);
    }
}

void Network::State::runLstm(
    const Pass& pass, const LstmLayer& layer, const float* input, float* output) const
{
    const TimeMajor& order = pass.order;
    LstmStep step;
    step.units = units;
    step.weights = layer.recurrent.values.data();
    step.cell = pass.cell;
    int time = 0;
    while (time < order.steps()) {
        // The input's part of the gates needs no earlier output: it is computed for several steps at once.
        const std::int64_t begin = order.token(time, 0);
        int stop = time + 1;
        while (stop < order.steps() && order.token(stop + 1, 0) - begin <= kChunk)
            ++stop;
        runProduct(
            layer.input, order.token(stop, 0) - begin, input + begin * units, pass.chunk, layer.bias.data());
        for (; time < stop; ++time) {
            const std::int64_t at = order.token(time, 0);
            step.rows = order.running(time);
            step.gates = pass.chunk + (at - begin) * 4 * units;
            step.previous = time == 0 ? nullptr : output + std::int64_t{order.token(time - 1, 0)} * units;
            step.output = output + at * units;
            step.backwards = time % 2 == 1;
            runStep(step);
        }
    }
}

void Network::State::attendSentence(const Pass& pass, int rank, int length) const
{
    float* keys = pass.chunk;
    float* sentence = pass.chunk + packedFloats(units, length);
    std::fill_n(keys, packedFloats(units, length), 0.0F);
    for (int step = 0; step < length; ++step) {
        const float* state = pass.second + std::int64_t{pass.order.token(step, rank)} * units;
        std::copy_n(state, units, sentence + std::int64_t{step} * units);
        for (int unit = 0; unit < units; ++unit)
            keys[packedPlace(step, unit, units)] = state[unit];
    }
    Product product;
    product.inputs = units;
    product.outputs = length;
    product.weights = keys;
    product.out = pass.attention;
    const auto width = static_cast<std::size_t>(length);
    for (int begin = 0; begin < length; begin += static_cast<int>(kChunk)) {
        product.rows = std::min(static_cast<int>(kChunk), length - begin);
        product.in = sentence + std::int64_t{begin} * units;
        multiply(product);
        const std::span scratch(pass.attention + std::int64_t{product.rows} * length, width);
        for (int i = 0; i < product.rows; ++i) {
            const std::span row(pass.attention + std::int64_t{i} * length, width);
            sparsemaxRow(row, scratch, shape.sparsemax);
            float* attended = pass.first + std::int64_t{pass.order.token(begin + i, rank)} * units;
            std::fill_n(attended, units, 0.0F);
            for (int key = 0; key < length; ++key) {
                const float weight = row[static_cast<std::size_t>(key)];
                const float* state = sentence + std::int64_t{key} * units;
                if (weight != 0.0F) // nearly all of them are
                    for (int unit = 0; unit < units; ++unit)
                        attended[unit] += weight * state[unit];
            }
        }
    }
}

void Network::State::attend(const Pass& pass) const
{
    if (shape.sparsemax == Sparsemax::none) {
        std::copy_n(pass.second, pass.tokens() * units, pass.first);
        return;
    }
    for (std::size_t rank = 0; rank < pass.order.lengths.size(); ++rank)
        attendSentence(pass, static_cast<int>(rank), pass.order.lengths[rank]);
}

void Network::State::classify(const Pass& pass, const LogitsSink& sink) const
{
    runProduct(residual, pass.tokens(), pass.compressed, pass.first, nullptr);
    for (std::int64_t begin = 0; begin < pass.tokens(); begin += kChunk) {
        const auto count = static_cast<std::size_t>(std::min(kChunk, pass.tokens() - begin));
        runProduct(
            heads, static_cast<std::int64_t>(count), pass.first + begin * units, pass.chunk, headBias.data());
        sink(
            std::span(pass.order.packed).subspan(static_cast<std::size_t>(begin), count),
            {pass.chunk, count * headBias.size()});
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

void Network::useThreads(int threads)
{
    if (threads != m_state->team->size())
        m_state->team = std::make_unique<model::ThreadTeam>(std::max(threads, 1));
}

std::uint64_t Network::weightBytes() const
{
    return m_state->bytes();
}

std::uint64_t Network::workspaceBytes(int rows, int length) const
{
    constexpr std::uint64_t kTensorHeader = 64; // the workspace keeps one before the only tensor of a pass
    return Layout(m_state->shape, std::int64_t{rows} * length, rows, length).bytes() + kTensorHeader;
}

void Network::forward(
    const dataset::TokenBatch& batch, std::span<const float> embeddings, const LogitsSink& sink) const
{
    const State& s = *m_state;
    const TimeMajor order(batch);
    if (order.packed.empty())
        return;
    const Layout layout(
        s.shape, static_cast<std::int64_t>(order.packed.size()), batch.rows, order.lengths.front());
    Arena arena(layout.bytes());
    State::Pass pass{order, embeddings, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
    for (float** hidden : {&pass.compressed, &pass.first, &pass.second})
        *hidden = arena.take(layout.hidden);
    pass.cell = arena.take(layout.cell);
    pass.chunk = arena.take(layout.chunk);
    pass.attention = arena.take(layout.attention);
    s.compress(pass);
    s.runLstm(pass, s.lstm[0], pass.compressed, pass.first);
    s.runLstm(pass, s.lstm[1], pass.first, pass.second);
    s.attend(pass);
    s.classify(pass, sink);
}

} // namespace sida::predictor
