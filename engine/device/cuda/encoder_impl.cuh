// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/attention.cuh"
#include "engine/device/cuda/blas.h"
#include "engine/device/cuda/copier.h"
#include "engine/device/cuda/encoder.h"
#include "engine/device/cuda/make_encoder.h"
#include "engine/device/cuda/norm.cuh"
#include "engine/device/cuda/ranges.h"
#include "engine/device/cuda/router.cuh"
#include "engine/device/cuda/serve.cuh"
#include "engine/device/cuda/skinny_gemm.cuh"
#include "engine/device/cuda/slot_memory.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>

namespace sida::cuda
{

template <typename T>
constexpr cudaDataType kBlasType = std::is_same_v<T, float> ? CUDA_R_32F
    : std::is_same_v<T, bf16>                               ? CUDA_R_16BF
                                                            : CUDA_R_16F;

/// Sizes for which one graph is made: batches up to them run in it.
struct Bucket {
    int tokens = 0;
    int sequences = 0;
    int longest = 0;
    auto operator<=>(const Bucket&) const = default;
};

template <typename T>
class EncoderOf final : public Encoder
{
public:
    explicit EncoderOf(EncoderShape shape)
        : m_shape(std::move(shape))
        , m_inner(m_shape.heads * m_shape.dKv)
        , m_expertNumbers(
              m_shape.expertNumbers > 0 ? m_shape.expertNumbers
                                        : std::size_t{2} * m_shape.dModel * m_shape.dFf)
    {
        for (const int experts : m_shape.experts) {
            m_mostExperts = std::max(m_mostExperts, experts);
            m_allExperts += experts;
            m_layers += experts > 0 ? 1 : 0;
        }
    }
    ~EncoderOf() override;

    /// Takes all memory and copies the weights.
    Status open(const HostWeights& weights);

    Status setSlots(int slots) override;
    Status fillSlot(int slot, const void* block) override;
    Status place(int moeLayer, int expert, int slot) override;
    Result<std::uint32_t> submit(
        std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets,
        std::span<const LayerRouting> routing, bool wantHidden) override;
    Result<bool> isDone(std::uint32_t sequence) override;
    std::vector<float> hiddenOf(std::uint32_t sequence) const override;
    std::span<const std::uint16_t> choiceOf(std::uint32_t sequence, int moeLayer) const override;
    Status
    run(std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets,
        std::span<const LayerRouting> routing) override;
    Result<std::vector<float>> hidden() override;
    Result<std::vector<int>> routed(int moeLayer) override;

    const ExchangeLayout& layout() const override { return m_layout; }
    const std::byte* half(std::uint32_t sequence) const override
    {
        return m_exchange.host + sequence % 2 * m_layout.halfBytes();
    }
    void publish(int moeLayer, int expert, int slot) override
    {
        __atomic_store_n(m_table.host + row(moeLayer) + expert, slot, __ATOMIC_SEQ_CST);
    }
    Status beginCopy(int slot, const void* block, int moeLayer, int expert) override;
    bool canBeginCopy() const override { return !m_copier.isFull(); }
    Result<std::optional<CopyTimes>> endedCopy() override { return m_copier.ended(); }
    void giveUp() override { __atomic_store_n(m_stop.host, 1, __ATOMIC_SEQ_CST); }
    std::uint64_t deviceBytes() const override { return m_memory.bytes() + m_slotMemory.bytes(); }

    static EncoderBytes bytesOf(const EncoderShape& shape);

private:
    static constexpr int kFew = 64; ///< tokens up to which the skinny kernels beat the library
    static constexpr int kHeader = 3; ///< numbers before the offsets in the input
    static constexpr int kGroups = 3; ///< waves for what is missing, where slots are scarce

    /// Host memory that the device sees at an address of its own.
    template <typename N>
    struct Shared {
        N* host = nullptr;
        N* device = nullptr;
    };
    template <typename N>
    Status share(Shared<N>& shared, std::size_t count);

    struct Block {
        T* attentionNorm = nullptr;
        T* queryKeyValue = nullptr;
        T* output = nullptr;
        T* feedForwardNorm = nullptr;
        T* wi = nullptr;
        T* wo = nullptr;
        T* router = nullptr;
    };

    Status upload(const void* from, std::size_t count, T*& to);
    Status takeWorkspace();
    Status checkBatch(std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets) const;
    Status checkRouting(std::size_t tokens, std::span<const LayerRouting> routing) const;
    /// Experts that the tokens of a batch have, each counted once.
    int pairs(int tokens) const { return tokens * choices(); }
    int choices() const { return std::max(m_shape.choices, 1); }
    bool foretold() const { return m_shape.choices > 0; } ///< no routers run
    Bucket bucketOf(int tokens, int sequences, int longest) const;
    Result<cudaGraphExec_t> graphOf(const Bucket& bucket);

    Status forward(const Bucket& bucket);
    Status norm(const Bucket& bucket, const T* weight, int endedLayer);
    int wavesOf(const Bucket& bucket, int experts) const;
    BatchArguments batchArguments() const;
    ServeArguments serveArguments(int layer, int waves) const;
    std::size_t row(int layer) const { return static_cast<std::size_t>(layer) * m_mostExperts; }
    const BatchRecord& record(std::uint32_t sequence) const
    {
        return *reinterpret_cast<const BatchRecord*>(half(sequence));
    }
    template <Store STORE>
    Status product(const Bucket& bucket, const T* x, const T* w, int out, int k, void* y);
    Status attention(const Bucket& bucket);
    Status experts(const Bucket& bucket, const Block& block, int count, int layer);
    template <Store STORE>
    Status expertProduct(const Bucket& bucket, const GemmArguments<T>& a, int most);
    template <int NT, Store STORE>
    Status launch(const GemmArguments<T>& a, int tiles);
    template <typename... Parameters, typename... Arguments>
    Status
    start(void (*kernel)(Parameters...), dim3 grid, int threads, std::size_t shared, Arguments... arguments);

    /// Numbers of one half of the hidden states in host memory; halves begin at multiples of 16 bytes.
    std::size_t hiddenStride() const
    {
        return static_cast<std::size_t>((m_shape.tokens + 7) / 8 * 8) * m_shape.dModel;
    }
    int inputNumbers(int tokens) const { return kHeader + m_shape.sequences + 1 + tokens; }
    const int* tokens() const { return m_input; }
    const int* sequences() const { return m_input + 1; }
    const int* wanted() const { return m_input + 2; }
    const int* offsets() const { return m_input + kHeader; }
    const int* ids() const { return m_input + inputNumbers(0); }

    EncoderShape m_shape;
    int m_inner;
    std::size_t m_expertNumbers;
    int m_mostExperts = 1;
    int m_layers = 0;
    int m_lastTokens = 0;
    bool m_startsEarly = false; ///< the device can begin a kernel before its predecessor has ended

    DeviceMemory m_memory;
    Blas m_blas;
    cudaStream_t m_stream = nullptr;
    std::map<Bucket, cudaGraphExec_t> m_graphs;
    SlotMemory m_slotMemory;
    Copier m_copier;
    int m_slotCount = 0;
    int m_allExperts = 0;
    int m_choiceStride = 0; ///< tokens' experts, rounded up
    std::uint32_t m_submitted = 0;
    std::vector<void*> m_pinned;
    ExchangeLayout m_layout;
    Shared<int> m_hostInput; ///< [2, numbers]: batches on their way to m_input
    Shared<std::byte> m_exchange; ///< [2] halves
    Shared<int> m_table; ///< [layers, m_mostExperts], when served
    Shared<int> m_stop;
    Shared<T> m_hostHidden; ///< [2, tokens, d]
    Shared<std::uint16_t> m_hostChoice; ///< [2, layers, m_choiceStride]: what was chosen, or is to be
    Shared<float> m_hostWeight; ///< likewise, when no routers run

    T* m_embedding = nullptr;
    T* m_bias = nullptr;
    T* m_finalNorm = nullptr;
    std::vector<Block> m_blocks;
    T* m_slots = nullptr;
    int* m_slotOf = nullptr; ///< [layers, m_mostExperts], when not served

    int* m_input = nullptr;
    T* m_hidden = nullptr;
    T* m_normed = nullptr;
    T* m_queryKeyValue = nullptr;
    T* m_mixed = nullptr;
    T* m_feedForward = nullptr;
    float* m_logits = nullptr;
    int* m_choice = nullptr; ///< [layers, m_choiceStride]
    float* m_weight = nullptr; ///< [tokens], or of each layer like m_choice
    T* m_rows = nullptr; ///< [tokens * choices, d], when tokens have several experts
    int* m_order = nullptr;
    ActiveExpert* m_active = nullptr; ///< of a layer
    int* m_activeCount = nullptr;
    ActiveExpert* m_wave = nullptr; ///< those of them that are computed next
    int* m_waveCount = nullptr;
    unsigned* m_sequence = nullptr; ///< number of the next batch, or of the one under way
    int* m_routed = nullptr; ///< [layers, m_mostExperts]
    int* m_missing = nullptr; ///< experts that were wanted and not there
};

template <typename T>
EncoderOf<T>::~EncoderOf()
{
    if (m_stop.host)
        giveUp(); // nobody serves any more
    if (m_stream)
        (void)cudaStreamSynchronize(m_stream);
    for (auto& [bucket, graph] : m_graphs)
        (void)cudaGraphExecDestroy(graph);
    for (void* memory : m_pinned)
        (void)cudaFreeHost(memory);
    if (m_stream)
        (void)cudaStreamDestroy(m_stream);
}

template <typename T>
Status EncoderOf<T>::upload(const void* from, std::size_t count, T*& to)
{
    SIDA_TRY(m_memory.take(to, count, "dense weights"));
    return checked(cudaMemcpy(to, from, count * sizeof(T), cudaMemcpyHostToDevice), "copying weights");
}

template <typename T>
Status EncoderOf<T>::open(const HostWeights& weights)
{
    const auto d = static_cast<std::size_t>(m_shape.dModel);
    const auto inner = static_cast<std::size_t>(m_inner);
    const auto dFf = static_cast<std::size_t>(m_shape.dFf);
    int device = 0;
    int generation = 0;
    SIDA_TRY(checked(cudaGetDevice(&device), "choosing the device"));
    SIDA_TRY(checked(
        cudaDeviceGetAttribute(&generation, cudaDevAttrComputeCapabilityMajor, device),
        "describing the device"));
    m_startsEarly = generation >= 9;
    SIDA_TRY(checked(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "making a stream"));
    SIDA_TRY(m_blas.open(kBlasType<T>, m_memory));
    SIDA_TRY(upload(weights.embedding, static_cast<std::size_t>(m_shape.vocabulary) * d, m_embedding));
    SIDA_TRY(
        upload(weights.bias, static_cast<std::size_t>(m_shape.heads) * (2 * m_shape.longest - 1), m_bias));
    SIDA_TRY(upload(weights.finalNorm, d, m_finalNorm));
    for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
        const HostBlock& from = weights.blocks[i];
        Block& block = m_blocks.emplace_back();
        SIDA_TRY(upload(from.attentionNorm, d, block.attentionNorm));
        SIDA_TRY(upload(from.queryKeyValue, 3 * inner * d, block.queryKeyValue));
        SIDA_TRY(upload(from.output, d * inner, block.output));
        SIDA_TRY(upload(from.feedForwardNorm, d, block.feedForwardNorm));
        if (m_shape.experts[i] > 0) {
            SIDA_TRY(upload(from.router, static_cast<std::size_t>(m_shape.experts[i]) * d, block.router));
        } else {
            SIDA_TRY(upload(from.wi, dFf * d, block.wi));
            SIDA_TRY(upload(from.wo, d * dFf, block.wo));
        }
    }
    SIDA_TRY(m_slotMemory.reserve(device, m_shape.slots, m_expertNumbers * sizeof(T)));
    m_slots = static_cast<T*>(m_slotMemory.data());
    SIDA_TRY(takeWorkspace());
    SIDA_TRY(m_copier.open());
    if (!m_shape.served)
        return setSlots(m_shape.slots);
    return {};
}

template <typename T>
EncoderBytes EncoderOf<T>::bytesOf(const EncoderShape& shape)
{
    const auto d = static_cast<std::uint64_t>(shape.dModel);
    const auto inner = static_cast<std::uint64_t>(shape.heads) * shape.dKv;
    const auto dFf = static_cast<std::uint64_t>(shape.dFf);
    std::uint64_t numbers = static_cast<std::uint64_t>(shape.vocabulary) * d
        + static_cast<std::uint64_t>(shape.heads) * (2 * shape.longest - 1) + d;
    std::uint64_t layers = 0;
    std::uint64_t most = 1;
    for (const int experts : shape.experts) {
        numbers
            += 2 * d + 4 * inner * d + (experts > 0 ? static_cast<std::uint64_t>(experts) * d : 2 * dFf * d);
        layers += experts > 0 ? 1 : 0;
        most = std::max<std::uint64_t>(most, experts);
    }
    const auto tokens = static_cast<std::uint64_t>(shape.tokens + 8);
    EncoderBytes bytes;
    bytes.dense = numbers * sizeof(T);
    const auto choices = static_cast<std::uint64_t>(std::max(shape.choices, 1));
    bytes.workspace
        = tokens * (2 * d + 4 * inner + choices * dFf + (choices > 1 ? choices * d : 0)) * sizeof(T)
        + tokens * (most + choices * (3 + layers + (shape.choices > 0 ? layers : 0))) * sizeof(float)
        + 2 * most * sizeof(ActiveExpert) + 2 * layers * most * sizeof(int) + Blas::kWorkspace
        + (std::uint64_t{256} + 16 * shape.experts.size()) * 512; // what blocks of memory are rounded to
    bytes.workspace += SlotMemory::kMostRest; // slots take whole pieces of memory
    bytes.slot = (shape.expertNumbers > 0 ? shape.expertNumbers : 2 * d * dFf) * sizeof(T);
    return bytes;
}

template <typename T>
template <typename N>
Status EncoderOf<T>::share(Shared<N>& shared, std::size_t count)
{
    void* memory = nullptr;
    const std::size_t bytes = std::max<std::size_t>(count, 1) * sizeof(N);
    SIDA_TRY(checked(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped), "pinned host memory"));
    m_pinned.push_back(memory);
    std::memset(memory, 0, bytes);
    shared.host = static_cast<N*>(memory);
    return checked(
        cudaHostGetDevicePointer(reinterpret_cast<void**>(&shared.device), memory, 0), "pinned host memory");
}

template <typename T>
Status EncoderOf<T>::takeWorkspace()
{
    const auto tokens = static_cast<std::size_t>(m_shape.tokens);
    const auto lists = static_cast<std::size_t>(std::max(m_layers, 1)) * m_mostExperts;
    constexpr const char* kWhat = "workspace";
    SIDA_TRY(m_memory.take(m_hidden, tokens * m_shape.dModel, kWhat));
    SIDA_TRY(m_memory.take(m_normed, tokens * m_shape.dModel, kWhat));
    SIDA_TRY(m_memory.take(m_queryKeyValue, tokens * 3 * m_inner, kWhat));
    SIDA_TRY(m_memory.take(m_mixed, tokens * m_inner, kWhat));
    const std::size_t pairs = tokens * static_cast<std::size_t>(choices());
    SIDA_TRY(m_memory.take(m_feedForward, pairs * m_shape.dFf, kWhat));
    if (choices() > 1)
        SIDA_TRY(m_memory.take(m_rows, pairs * m_shape.dModel, kWhat));
    SIDA_TRY(m_memory.take(m_logits, tokens * m_mostExperts, kWhat));
    m_choiceStride = (static_cast<int>(pairs) + 7) / 8 * 8;
    const std::size_t chosen = static_cast<std::size_t>(std::max(m_layers, 1)) * m_choiceStride;
    SIDA_TRY(m_memory.take(m_choice, chosen, kWhat));
    SIDA_TRY(m_memory.take(m_weight, foretold() ? chosen : tokens, kWhat));
    SIDA_TRY(m_memory.take(m_order, pairs, kWhat));
    SIDA_TRY(m_memory.take(m_active, m_mostExperts, kWhat));
    SIDA_TRY(m_memory.take(m_activeCount, 1, kWhat));
    SIDA_TRY(m_memory.take(m_wave, m_mostExperts, kWhat));
    SIDA_TRY(m_memory.take(m_waveCount, 1, kWhat));
    SIDA_TRY(m_memory.take(m_routed, lists, kWhat));
    SIDA_TRY(m_memory.take(m_missing, 1, kWhat));
    SIDA_TRY(m_memory.take(m_sequence, 1, kWhat));
    SIDA_TRY(checked(cudaMemset(m_sequence, 0, sizeof *m_sequence), kWhat));
    SIDA_TRY(m_memory.take(m_slotOf, lists, kWhat));
    SIDA_TRY(checked(cudaMemset(m_slotOf, 0xFF, lists * sizeof(int)), kWhat)); // -1: nothing is there yet
    const auto numbers = static_cast<std::size_t>(inputNumbers(m_shape.tokens));
    SIDA_TRY(m_memory.take(m_input, numbers, kWhat));
    m_layout = {m_layers, m_mostExperts, 1 + std::max(kGroups, (m_mostExperts + 1) / 2)};
    SIDA_TRY(share(m_hostInput, 2 * numbers));
    SIDA_TRY(share(m_exchange, 2 * m_layout.halfBytes()));
    SIDA_TRY(share(m_table, lists));
    std::memset(m_table.host, 0xFF, lists * sizeof(int));
    SIDA_TRY(share(m_stop, 1));
    SIDA_TRY(share(m_hostHidden, hiddenStride() * 2));
    SIDA_TRY(share(m_hostChoice, 2 * chosen));
    if (foretold())
        SIDA_TRY(share(m_hostWeight, 2 * chosen));
    const std::size_t shared = attentionShared(m_shape.longest, m_shape.dKv, sizeof(T));
    return checked(
        cudaFuncSetAttribute(
            attend<T>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared)),
        "sequences of this length");
}

/// Where experts come and go a layer is computed in two waves, first what is there, then the rest; in more
/// where a layer needs most of the slots, so that the first ones make room early and what one wave waits for
/// has room.
template <typename T>
int EncoderOf<T>::wavesOf(const Bucket& bucket, int experts) const
{
    if (!m_shape.served || m_slotCount >= m_allExperts)
        return 1;
    const int most = std::min(pairs(bucket.tokens), experts);
    const int groups = 2 * most > m_slotCount ? kGroups : 1;
    return std::min(1 + std::max(groups, (most + m_slotCount - 1) / m_slotCount), m_layout.waves);
}

template <typename T>
Status EncoderOf<T>::setSlots(int slots)
{
    SIDA_TRY(checked(cudaStreamSynchronize(m_stream), "a forward pass"));
    SIDA_TRY(m_copier.finish());
    const Status resized = m_slotMemory.resize(slots);
    if (resized && slots != m_slotCount) { // another number of waves
        for (auto& [bucket, graph] : m_graphs)
            (void)cudaGraphExecDestroy(graph);
        m_graphs.clear();
        m_slotCount = slots;
    }
    return resized;
}

template <typename T>
Status EncoderOf<T>::beginCopy(int slot, const void* block, int moeLayer, int expert)
{
    const std::size_t word = row(moeLayer) + expert;
    const CopyRange range(moeLayer, expert);
    return m_copier.begin(
        m_slots + static_cast<std::size_t>(slot) * m_expertNumbers, block, m_expertNumbers * sizeof(T),
        m_table.host + word, m_table.device + word, slot);
}

template <typename T>
Status EncoderOf<T>::fillSlot(int slot, const void* block)
{
    if (slot < 0 || slot >= m_slotCount)
        return failure(ErrorKind::internal, "there is no slot " + std::to_string(slot));
    SIDA_TRY(checked(
        cudaMemcpyAsync(
            m_slots + static_cast<std::size_t>(slot) * m_expertNumbers, block, m_expertNumbers * sizeof(T),
            cudaMemcpyHostToDevice, m_stream),
        "copying an expert"));
    return checked(cudaStreamSynchronize(m_stream), "copying an expert");
}

template <typename T>
Status EncoderOf<T>::place(int moeLayer, int expert, int slot)
{
    if (moeLayer < 0 || moeLayer >= m_layers || expert < 0 || expert >= m_mostExperts
        || slot >= m_shape.slots)
        return failure(ErrorKind::internal, "there is no such expert or slot");
    if (m_shape.served) {
        publish(moeLayer, expert, slot);
        return {};
    }
    return checked(
        cudaMemcpy(
            m_slotOf + static_cast<std::size_t>(moeLayer) * m_mostExperts + expert, &slot, sizeof slot,
            cudaMemcpyHostToDevice),
        "placing an expert");
}

template <typename T>
Status
EncoderOf<T>::checkBatch(std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets) const
{
    bool fits = offsets.size() >= 2 && offsets.front() == 0
        && static_cast<std::size_t>(offsets.back()) == ids.size()
        && offsets.size() - 1 <= static_cast<std::size_t>(m_shape.sequences)
        && ids.size() <= static_cast<std::size_t>(m_shape.tokens);
    for (std::size_t i = 0; fits && i + 1 < offsets.size(); ++i)
        fits = offsets[i + 1] > offsets[i] && offsets[i + 1] - offsets[i] <= m_shape.longest;
    fits = fits && std::all_of(ids.begin(), ids.end(), [&](std::int32_t id) {
               return id >= 0 && id < m_shape.vocabulary;
           });
    return fits ? Status()
                : failure(ErrorKind::internal, "the batch is not one that the encoder was made for");
}

template <typename T>
Status EncoderOf<T>::checkRouting(std::size_t tokens, std::span<const LayerRouting> routing) const
{
    bool fits = routing.size() == (foretold() ? static_cast<std::size_t>(m_layers) : 0);
    std::size_t layer = 0;
    for (const int experts : m_shape.experts) {
        if (!fits || !foretold() || experts == 0)
            continue;
        const LayerRouting& from = routing[layer++];
        fits = from.experts.size() == tokens * static_cast<std::size_t>(choices())
            && from.weights.size() == from.experts.size()
            && std::ranges::all_of(from.experts, [&](std::uint16_t expert) { return expert < experts; });
    }
    return fits ? Status()
                : failure(
                    ErrorKind::internal,
                    "the routing that came with the batch is not one that the encoder was made for");
}

/// Few sizes for long batches, more for short ones: what a graph does beyond the batch costs little, and
/// making one takes milliseconds.
template <typename T>
Bucket EncoderOf<T>::bucketOf(int tokens, int sequences, int longest) const
{
    const auto up = [](int n) {
        const int step = n > 256 ? 64 : n > 64 ? 32 : 8;
        return (n + step - 1) / step * step;
    };
    int power = 1;
    while (power < sequences)
        power *= 2;
    return {
        std::min(up(tokens), m_shape.tokens), std::min(power, m_shape.sequences),
        std::min(up(longest), m_shape.longest)};
}

template <typename T>
Result<cudaGraphExec_t> EncoderOf<T>::graphOf(const Bucket& bucket)
{
    if (const auto found = m_graphs.find(bucket); found != m_graphs.end())
        return found->second;
    // Loading kernels and making a graph may wait for the device, which may wait for experts: nothing runs
    // meanwhile.
    SIDA_TRY(checked(cudaStreamSynchronize(m_stream), "a forward pass"));
    // Once by itself without tokens and sequences: the library sets itself up, which may not be captured.
    // Those of an earlier batch may be longer than this size has room for.
    std::fill_n(
        m_hostInput.host + m_submitted % 2 * static_cast<std::size_t>(inputNumbers(m_shape.tokens)), kHeader,
        0);
    SIDA_TRY(forward(bucket));
    SIDA_TRY(checked(cudaStreamSynchronize(m_stream), "the first forward pass of a size"));
    SIDA_TRY(checked(cudaStreamBeginCapture(m_stream, cudaStreamCaptureModeThreadLocal), "making a graph"));
    const Status captured = forward(bucket);
    cudaGraph_t graph = nullptr;
    const Status ended = checked(cudaStreamEndCapture(m_stream, &graph), "making a graph");
    SIDA_TRY(captured);
    SIDA_TRY(ended);
    cudaGraphExec_t ready = nullptr;
    const Status made = checked(cudaGraphInstantiate(&ready, graph, 0), "making a graph");
    (void)cudaGraphDestroy(graph);
    SIDA_TRY(made);
    m_graphs[bucket] = ready;
    return ready;
}

template <typename T>
Result<std::uint32_t> EncoderOf<T>::submit(
    std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets,
    std::span<const LayerRouting> routing, bool wantHidden)
{
    SIDA_TRY(checkBatch(ids, offsets));
    SIDA_TRY(checkRouting(ids.size(), routing));
    const int count = static_cast<int>(offsets.size()) - 1;
    int longest = 1;
    for (int i = 0; i < count; ++i)
        longest = std::max(longest, offsets[i + 1] - offsets[i]);
    m_lastTokens = static_cast<int>(ids.size());
    SIDA_TRY_ASSIGN(cudaGraphExec_t graph, graphOf(bucketOf(m_lastTokens, count, longest)));
    int* input = m_hostInput.host + m_submitted % 2 * static_cast<std::size_t>(inputNumbers(m_shape.tokens));
    input[0] = m_lastTokens;
    input[1] = count;
    input[2] = wantHidden ? 1 : 0;
    std::copy(offsets.begin(), offsets.end(), input + kHeader);
    std::copy(ids.begin(), ids.end(), input + inputNumbers(0));
    for (std::size_t layer = 0; layer < routing.size(); ++layer) {
        const std::size_t first = (m_submitted % 2 * m_layers + layer) * m_choiceStride;
        std::ranges::copy(routing[layer].experts, m_hostChoice.host + first);
        std::ranges::copy(routing[layer].weights, m_hostWeight.host + first);
    }
    SIDA_TRY(checked(cudaGraphLaunch(graph, m_stream), "starting a forward pass"));
    return m_submitted++;
}

template <typename T>
Result<bool> EncoderOf<T>::isDone(std::uint32_t sequence)
{
    const auto told
        = [&] { return __atomic_load_n(&record(sequence).done, __ATOMIC_ACQUIRE) == sequence + 1; };
    if (told())
        return true;
    const cudaError_t status = cudaStreamQuery(m_stream);
    if (status == cudaErrorNotReady)
        return false;
    SIDA_TRY(checked(status, "a forward pass"));
    if (!told())
        return failure(ErrorKind::internal, "a forward pass ended without a word");
    return true;
}

template <typename T>
std::vector<float> EncoderOf<T>::hiddenOf(std::uint32_t sequence) const
{
    const T* from = m_hostHidden.host + sequence % 2 * hiddenStride();
    const auto tokens = static_cast<std::size_t>(
        m_hostInput.host[sequence % 2 * static_cast<std::size_t>(inputNumbers(m_shape.tokens))]);
    std::vector<float> hidden(tokens * static_cast<std::size_t>(m_shape.dModel));
    std::transform(
        from, from + hidden.size(), hidden.begin(), [](T number) { return static_cast<float>(number); });
    return hidden;
}

template <typename T>
std::span<const std::uint16_t> EncoderOf<T>::choiceOf(std::uint32_t sequence, int moeLayer) const
{
    const auto tokens = static_cast<std::size_t>(
        m_hostInput.host[sequence % 2 * static_cast<std::size_t>(inputNumbers(m_shape.tokens))]);
    const std::size_t first = sequence % 2 * static_cast<std::size_t>(m_layers) + moeLayer;
    return {m_hostChoice.host + first * m_choiceStride, tokens * static_cast<std::size_t>(choices())};
}

template <typename T>
Status EncoderOf<T>::run(
    std::span<const std::int32_t> ids, std::span<const std::int32_t> offsets,
    std::span<const LayerRouting> routing)
{
    SIDA_TRY_ASSIGN(const std::uint32_t sequence, submit(ids, offsets, routing, false));
    SIDA_TRY(checked(cudaStreamSynchronize(m_stream), "a forward pass"));
    SIDA_TRY(isDone(sequence));
    if (const std::uint32_t missing = record(sequence).missing; missing > 0)
        return failure(ErrorKind::internal, std::to_string(missing) + " experts were not on the device");
    return {};
}

template <typename T>
Result<std::vector<float>> EncoderOf<T>::hidden()
{
    std::vector<T> numbers(static_cast<std::size_t>(m_lastTokens) * m_shape.dModel);
    SIDA_TRY(checked(
        cudaMemcpy(numbers.data(), m_normed, numbers.size() * sizeof(T), cudaMemcpyDeviceToHost),
        "reading hidden states"));
    std::vector<float> hidden(numbers.size());
    std::transform(
        numbers.begin(), numbers.end(), hidden.begin(), [](T number) { return static_cast<float>(number); });
    return hidden;
}

template <typename T>
Result<std::vector<int>> EncoderOf<T>::routed(int moeLayer)
{
    std::vector<int> counts(static_cast<std::size_t>(m_mostExperts));
    SIDA_TRY(checked(
        cudaMemcpy(
            counts.data(), m_routed + static_cast<std::size_t>(moeLayer) * m_mostExperts,
            counts.size() * sizeof(int), cudaMemcpyDeviceToHost),
        "reading what was routed"));
    return counts;
}

/// Launches a kernel that may begin before the one before it has ended (waitForPredecessor()).
template <typename T>
template <typename... Parameters, typename... Arguments>
Status EncoderOf<T>::start(
    void (*kernel)(Parameters...), dim3 grid, int threads, std::size_t shared, Arguments... arguments)
{
    cudaLaunchAttribute attribute{};
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = m_startsEarly ? 1 : 0;
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = dim3(threads);
    config.dynamicSmemBytes = shared;
    config.stream = m_stream;
    config.attrs = &attribute;
    config.numAttrs = 1;
    return checked(
        cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), "starting a kernel");
}

template <typename T>
Status EncoderOf<T>::forward(const Bucket& bucket)
{
    SIDA_TRY(start(fetchBatch, 1, 1024, 0, batchArguments(), inputNumbers(bucket.tokens)));
    const int d = m_shape.dModel;
    SIDA_TRY(start(
        embedTokens<T>, bucket.tokens, 128, 0, ids(), tokens(), static_cast<const T*>(m_embedding), d,
        m_hidden));
    if (foretold()) {
        const RoutingArguments routing{
            m_hostChoice.device,
            m_hostWeight.device,
            m_sequence,
            tokens(),
            choices(),
            m_layers,
            m_choiceStride,
            m_choice,
            m_weight};
        const int blocks = std::clamp((m_layers * pairs(bucket.tokens) + 255) / 256, 1, 64);
        SIDA_TRY(start(fetchRouting<T>, blocks, 256, 0, routing));
    }
    int layer = 0;
    int ended = -1; // the layer that the next kernel tells the end of
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block& block = m_blocks[i];
        SIDA_TRY(norm(bucket, block.attentionNorm, std::exchange(ended, -1)));
        SIDA_TRY(
            product<Store::plain>(bucket, m_normed, block.queryKeyValue, 3 * m_inner, d, m_queryKeyValue));
        SIDA_TRY(attention(bucket));
        SIDA_TRY(product<Store::addTo>(bucket, m_mixed, block.output, d, m_inner, m_hidden));
        SIDA_TRY(norm(bucket, block.feedForwardNorm, -1));
        if (m_shape.experts[i] > 0) {
            ended = layer++;
            SIDA_TRY(experts(bucket, block, m_shape.experts[i], ended));
            continue;
        }
        SIDA_TRY(product<Store::relu>(bucket, m_normed, block.wi, m_shape.dFf, d, m_feedForward));
        SIDA_TRY(product<Store::addTo>(bucket, m_feedForward, block.wo, d, m_shape.dFf, m_hidden));
    }
    SIDA_TRY(norm(bucket, m_finalNorm, ended));
    const DeliverArguments<T> answers{
        tokens(),
        wanted(),
        m_sequence,
        m_normed,
        d,
        m_choice,
        foretold() ? 0 : m_layers,
        m_choiceStride,
        hiddenStride(),
        m_hostHidden.device,
        m_hostChoice.device};
    SIDA_TRY(start(deliver<T>, std::min(32, (bucket.tokens + 7) / 8), 256, 0, answers));
    return start(endBatch, 1, 1, 0, batchArguments());
}

template <typename T>
BatchArguments EncoderOf<T>::batchArguments() const
{
    return {m_hostInput.device, inputNumbers(m_shape.tokens), m_input,
            m_exchange.device,  m_layout.halfBytes(),         m_sequence,
            m_missing};
}

template <typename T>
ServeArguments EncoderOf<T>::serveArguments(int layer, int waves) const
{
    ServeArguments a{};
    a.records = m_exchange.device + m_layout.layerAt(layer);
    a.halfBytes = m_layout.halfBytes();
    a.wavesAt = m_layout.wavesAt();
    a.entriesAt = m_layout.entriesAt();
    a.sequence = m_sequence;
    a.tokens = tokens();
    a.slotOf = (m_shape.served ? m_table.device : m_slotOf) + row(layer);
    a.stop = m_stop.device;
    a.active = m_active;
    a.activeCount = m_activeCount;
    a.wave = m_wave;
    a.waveCount = m_waveCount;
    a.missing = m_missing;
    a.waves = waves;
    a.served = m_shape.served;
    return a;
}

/// `endedLayer`: the MoE layer whose last kernel comes before this one; -1 for none.
template <typename T>
Status EncoderOf<T>::norm(const Bucket& bucket, const T* weight, int endedLayer)
{
    LayerEnd end{};
    if (endedLayer >= 0)
        end
            = {m_exchange.device + m_layout.layerAt(endedLayer), m_layout.halfBytes(), m_sequence, tokens(),
               m_shape.served};
    const int blocks = (bucket.tokens + 3) / 4 + (endedLayer >= 0 ? 1 : 0);
    return start(
        normTokens<T>, blocks, 128, 0, static_cast<const T*>(m_hidden), weight, m_shape.epsilon,
        m_shape.dModel, tokens(), m_normed, end);
}

template <typename T>
template <Store STORE>
Status EncoderOf<T>::product(const Bucket& bucket, const T* x, const T* w, int out, int k, void* y)
{
    constexpr bool kPlain = STORE == Store::plain || STORE == Store::addTo || STORE == Store::relu;
    if (kPlain && bucket.tokens > kFew) {
        const auto epilogue = STORE == Store::relu ? Blas::Epilogue::relu
            : STORE == Store::addTo                ? Blas::Epilogue::addTo
                                                   : Blas::Epilogue::plain;
        return m_blas.multiply({epilogue, bucket.tokens, out, k}, x, w, y, m_stream);
    }
    GemmArguments<T> a{};
    a.x = x;
    a.w = w;
    a.out = out;
    a.k = k;
    a.y = y;
    a.yStride = out;
    a.tokens = tokens();
    if (bucket.tokens <= 8)
        return launch<1, STORE>(a, 1);
    if (bucket.tokens <= 16)
        return launch<2, STORE>(a, 1);
    return launch<4, STORE>(a, (bucket.tokens + 31) / 32);
}

template <typename T>
template <int NT, Store STORE>
Status EncoderOf<T>::launch(const GemmArguments<T>& a, int tiles)
{
    const dim3 grid((a.out + kGemmRows - 1) / kGemmRows, tiles);
    return start(skinnyGemm<T, NT, STORE>, grid, kGemmThreads, 0, a);
}

template <typename T>
Status EncoderOf<T>::attention(const Bucket& bucket)
{
    const AttentionArguments<T> a{m_queryKeyValue, m_bias,    m_shape.longest, m_shape.heads, m_shape.dKv,
                                  bucket.longest,  offsets(), sequences(),     m_mixed};
    if constexpr (!std::is_same_v<T, float>) {
        const dim3 grid(
            (bucket.longest + kTensorQueries - 1) / kTensorQueries, m_shape.heads, bucket.sequences);
        constexpr int kThreads = kTensorWarps * 32;
        switch (m_shape.dKv) {
        case 16:
            return start(attendTensor<T, 1>, grid, kThreads, 0, a);
        case 32:
            return start(attendTensor<T, 2>, grid, kThreads, 0, a);
        case 64:
            return start(attendTensor<T, 4>, grid, kThreads, 0, a);
        case 128:
            return start(attendTensor<T, 8>, grid, kThreads, 0, a);
        default:
            break;
        }
    }
    const dim3 grid((bucket.longest + kQueries - 1) / kQueries, m_shape.heads, bucket.sequences);
    return start(
        attend<T>, grid, kAttentionWarps * 32, attentionShared(bucket.longest, m_shape.dKv, sizeof(T)), a);
}

template <typename T>
Status EncoderOf<T>::experts(const Bucket& bucket, const Block& block, int count, int layer)
{
    const int d = m_shape.dModel;
    if (!foretold())
        SIDA_TRY(product<Store::logits>(bucket, m_normed, block.router, count, d, m_logits));
    int* const choice = m_choice + static_cast<std::size_t>(layer) * m_choiceStride;
    const RouterArguments router{m_logits, count, tokens(), choice, m_weight};
    const SortArguments sort{choice,  tokens(), choices(),     count,
                             m_order, m_active, m_activeCount, m_routed + row(layer)};
    const int waves = wavesOf(bucket, count);
    const ServeArguments serve = serveArguments(layer, waves);
    const std::size_t shared
        = sizeof(int) * (2 * static_cast<std::size_t>(count) + std::min(pairs(bucket.tokens), kSortPass));
    if (foretold()) {
        SIDA_TRY(start(sortTokens<T>, 1, 1024, shared, sort, serve));
    } else if (bucket.tokens <= kFew) {
        SIDA_TRY(start(routeFew<T>, 1, 512, shared, router, sort, serve));
    } else {
        SIDA_TRY(start(chooseExperts<T>, (bucket.tokens + 7) / 8, kRouterThreads, 0, router));
        SIDA_TRY(start(sortTokens<T>, 1, 1024, shared, sort, serve));
    }
    GemmArguments<T> inner{};
    inner.slotStride = m_expertNumbers;
    inner.tokens = tokens();
    const float* const weight
        = foretold() ? m_weight + static_cast<std::size_t>(layer) * m_choiceStride : m_weight;
    inner.experts = {m_waveCount, m_wave, m_order, weight, choices()};
    inner.x = m_normed;
    inner.w = m_slots;
    inner.out = m_shape.dFf;
    inner.k = d;
    inner.y = m_feedForward;
    inner.yStride = m_shape.dFf;
    GemmArguments<T> outer = inner;
    outer.x = m_feedForward;
    outer.w = m_slots + (m_shape.outerAt > 0 ? m_shape.outerAt : static_cast<std::size_t>(d) * m_shape.dFf);
    outer.out = d;
    outer.k = m_shape.dFf;
    outer.y = choices() > 1 ? m_rows : m_hidden;
    outer.yStride = d;
    const int most = std::min(count, pairs(bucket.tokens));
    for (int wave = 0; wave < waves; ++wave) {
        if (wave > 0)
            SIDA_TRY(start(nextWave, 1, 256, sizeof(int) * static_cast<std::size_t>(count), serve, wave));
        SIDA_TRY(expertProduct<Store::expertInner>(bucket, inner, most));
        SIDA_TRY(
            choices() > 1 ? expertProduct<Store::expertRow>(bucket, outer, most)
                          : expertProduct<Store::expertAddTo>(bucket, outer, most));
    }
    if (choices() > 1)
        return start(
            addRows<T>, bucket.tokens, 256, 0, AddRowsArguments<T>{m_rows, choices(), d, tokens(), m_hidden});
    return {};
}

template <typename T>
template <Store STORE>
Status EncoderOf<T>::expertProduct(const Bucket& bucket, const GemmArguments<T>& a, int most)
{
    if constexpr (STORE == Store::expertInner && !std::is_same_v<T, float>) {
        if (a.k % 8 == 0 && a.k <= 1024) {
            constexpr int kRowTiles = 6;
            const int tiles = (a.out + kGemmRows - 1) / kGemmRows;
            const int rowTiles = std::min(tiles, kRowTiles);
            const dim3 grid((tiles + rowTiles - 1) / rowTiles, most);
            const bool few = pairs(bucket.tokens) <= 4 * most;
            const auto begin = [&](auto* one, auto* two) {
                return start(few ? one : two, grid, kGemmThreads, 0, a, rowTiles);
            };
            switch ((a.k + 255) / 256) {
            case 1:
                return begin(expertFirstProduct<T, 1, 1>, expertFirstProduct<T, 2, 1>);
            case 2:
                return begin(expertFirstProduct<T, 1, 2>, expertFirstProduct<T, 2, 2>);
            case 3:
                return begin(expertFirstProduct<T, 1, 3>, expertFirstProduct<T, 2, 3>);
            default:
                return begin(expertFirstProduct<T, 1, 4>, expertFirstProduct<T, 2, 4>);
            }
        }
    }
    if (pairs(bucket.tokens) <= 2 * most)
        return launch<1, STORE>(a, most);
    if (pairs(bucket.tokens) <= 8 * most)
        return launch<2, STORE>(a, most);
    return launch<4, STORE>(a, most);
}

template <typename T>
Result<std::unique_ptr<Encoder>> makeEncoderOf(const EncoderShape& shape, const HostWeights& weights)
{
    auto encoder = std::make_unique<EncoderOf<T>>(shape);
    SIDA_TRY(encoder->open(weights));
    return std::unique_ptr<Encoder>(std::move(encoder));
}

} // namespace sida::cuda
