// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/base/units.h"
#include "engine/device/cuda/module.h"
#include "engine/runtime/cuda_server.h"
#include "engine/runtime/cuda_weights.h"
#include "engine/runtime/executor.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>

namespace sida::runtime
{

namespace
{

/// Batches that have been given to the device and not been answered: the device has the next one when it ends
/// one.
constexpr std::size_t kInFlight = 2;

/// Runs batches on the GPU: submits them, and delivers their answers while the next ones run.
class CudaExecutor final : public Executor
{
public:
    CudaExecutor(Surroundings surroundings, cuda::Module& cuda, cuda::EncoderShape shape)
        : m_run(std::move(surroundings))
        , m_cuda(cuda)
        , m_shape(std::move(shape))
        , m_store(m_run.model.experts())
    {
    }

    Status open() override;
    void addTable(const experts::HashTable& table, Nanoseconds ready) override
    {
        m_server->addTable(table, ready);
    }
    void serve(const std::stop_token& stop) override { m_server->serve(stop); }
    Status run(PreparedBatch batch) override;
    Status finish() override;
    Status resize(int slots) override;
    int slots() const override { return m_slots; }

private:
    struct Flight {
        PreparedBatch batch;
        std::uint32_t sequence = 0;
        Nanoseconds submitted = 0;
        std::uint64_t range = 0; ///< for profilers
    };

    Status collectTokens(const dataset::TokenBatch& batch);
    Status collectRouting(const PreparedBatch& batch);
    Status deliverOldest();
    Status bookContext();
    void recordMemory();

    const Surroundings m_run;
    cuda::Module& m_cuda;
    const cuda::EncoderShape m_shape;
    const experts::HostStore& m_store;
    std::unique_ptr<cuda::PinnedMemory> m_pinned;
    std::unique_ptr<cuda::Encoder> m_encoder;
    std::unique_ptr<CudaServer> m_server;
    std::deque<Flight> m_flights;
    int m_slots = 0;
    Nanoseconds m_lastEnd = 0;
    std::uint64_t m_delivered = 0;
    std::uint64_t m_bookedContext = 0;
    std::vector<std::int32_t> m_ids, m_offsets;
    std::vector<cuda::LayerRouting> m_routing; ///< of the batch, where the model's routers are not run
};

Status CudaExecutor::open()
{
    // Pinning looks at every page: meanwhile the dense part goes to the device.
    std::jthread pinning = startThread("sida-pin", [this](const std::stop_token&) {
        m_pinned = m_cuda.pin(m_store.memory().data(), m_store.memory().size(), m_store.blockBytes());
    });
    {
        const CudaWeights weights(*m_run.model.encoderWeights(), m_shape.longest);
        SIDA_TRY_ASSIGN(m_encoder, m_cuda.makeEncoder(m_run.options.dtype, m_shape, weights.host()));
    }
    SIDA_TRY(m_run.ledger.reserve(
        api::Purpose::expertSlots, m_store.blockBytes() * static_cast<std::uint64_t>(m_run.plan.slots)));
    SIDA_TRY(m_encoder->setSlots(m_run.plan.slots));
    m_slots = m_run.plan.slots;
    pinning.join();
    if (m_pinned->bytes() < m_store.memory().size())
        spdlog::warn(
            "only {} of {} of the experts could be pinned in host memory (see ulimit -l): copies of the rest "
            "are slower",
            units::formatBytes(m_pinned->bytes()), units::formatBytes(m_store.memory().size()));
    m_server = std::make_unique<CudaServer>(
        m_store, m_cuda, *m_encoder, m_shape.served, m_run.clock, m_run.transfers,
        experts::DeviceExpertCache::Options{
            m_run.options.eviction, m_run.plan.slots, m_run.options.lookahead + 3,
            prefetchBytes(m_run.options, m_run.plan)});
    SIDA_TRY(m_server->begin());
    m_bookedContext = m_run.plan.byPurpose[static_cast<std::size_t>(api::Purpose::runtimeContext)];
    if (m_run.options.policy == api::Policy::resident)
        SIDA_TRY(m_server->preloadAll());
    return bookContext();
}

/// What CUDA really took for itself. More than was planned is booked; where the budget has no room for it,
/// slots go.
Status CudaExecutor::bookContext()
{
    SIDA_TRY_ASSIGN(const cuda::MemoryUse use, m_cuda.memoryUse());
    const std::uint64_t ours = m_encoder->deviceBytes();
    const std::uint64_t context = use.own > ours ? use.own - ours : 0;
    if (context <= m_bookedContext)
        return {};
    const std::uint64_t more = context - m_bookedContext;
    const auto book = [&] { return m_run.ledger.reserve(api::Purpose::runtimeContext, more); };
    Status booked = book();
    if (!booked && m_run.options.budget.kind == units::Budget::Kind::unlimited) {
        SIDA_TRY(m_run.ledger.setBudget(m_run.ledger.state().total + more));
        booked = book();
    } else if (!booked && m_run.options.policy != api::Policy::resident) {
        const auto slots = static_cast<int>((more + m_store.blockBytes() - 1) / m_store.blockBytes());
        if (m_slots - slots >= std::min(2, m_store.expertCount())) {
            SIDA_TRY(resize(m_slots - slots));
            booked = book();
        }
    }
    if (!booked)
        return failure(
            ErrorKind::budget,
            fmt::format(
                "CUDA itself takes {} more than could be foreseen, and the budget has no room for it: use a "
                "budget "
                "that is larger by {} bytes",
                units::formatBytes(more), more));
    m_bookedContext = context;
    recordMemory();
    return {};
}

void CudaExecutor::recordMemory()
{
    const device::MemoryLedger::State state = m_run.ledger.state();
    m_run.inference.record(api::MemoryRow{m_run.clock.now(), state.bytes, state.budget});
}

Status CudaExecutor::collectTokens(const dataset::TokenBatch& batch)
{
    m_ids.clear();
    m_offsets.assign(1, 0);
    for (int row = 0; row < batch.rows; ++row) {
        const auto begin = batch.ids.begin() + static_cast<std::ptrdiff_t>(row) * batch.length;
        const int length = batch.lengths[static_cast<std::size_t>(row)];
        if (std::any_of(
                begin, begin + length, [&](std::int32_t id) { return id < 0 || id >= m_shape.vocabulary; }))
            return badInput(fmt::format(
                "Sample {}: an id is not in the model's vocabulary of {}; was the text tokenized for another "
                "model?",
                batch.samples[static_cast<std::size_t>(row)], m_shape.vocabulary));
        m_ids.insert(m_ids.end(), begin, begin + length);
        m_offsets.push_back(static_cast<std::int32_t>(m_ids.size()));
    }
    return {};
}

/// Routing `predicted`: the table is checked against model and batch, as the CPU does.
Status CudaExecutor::collectRouting(const PreparedBatch& batch)
{
    m_routing.clear();
    if (m_shape.choices == 0)
        return {};
    const auto layers = static_cast<std::size_t>(m_store.layers());
    const auto pairs = m_ids.size() * static_cast<std::size_t>(m_shape.choices);
    bool fits = batch.table && batch.table->k == m_shape.choices && batch.table->layers.size() >= layers;
    for (std::size_t layer = 0; fits && layer < layers; ++layer) {
        const experts::LayerTable& table = batch.table->layers[layer];
        const int experts = m_store.experts(static_cast<int>(layer));
        fits = table.experts.size() == pairs && table.alpha.size() == pairs
            && std::ranges::all_of(table.experts, [&](std::uint16_t expert) { return expert < experts; });
        m_routing.push_back({table.experts, table.alpha});
    }
    return fits ? Status()
                : badInput(fmt::format(
                    "The hash table of batch {} was not made for this model and batch; choose the predictor "
                    "that was trained for this model",
                    batch.batch.number));
}

Status CudaExecutor::run(PreparedBatch batch)
{
    while (m_flights.size() >= kInFlight)
        SIDA_TRY(deliverOldest());
    SIDA_TRY(collectTokens(batch.batch));
    SIDA_TRY(collectRouting(batch));
    const bool isText = m_run.data.info.task == api::Task::text;
    const bool wantHidden = !isText || m_run.wantsOutputs(batch.batch);
    const Nanoseconds submitted = m_run.clock.now();
    const std::uint64_t range = m_cuda.beginRange(cuda::Range::batch, batch.batch.number);
    SIDA_TRY_ASSIGN(const std::uint32_t sequence, m_encoder->submit(m_ids, m_offsets, m_routing, wantHidden));
    const PreparedBatch& kept
        = m_flights.emplace_back(Flight{std::move(batch), sequence, submitted, range}).batch;
    m_server->follow({sequence, kept.batch.number, kept.table ? &*kept.table : nullptr, kept.tableReady});
    return {};
}

Status CudaExecutor::deliverOldest()
{
    Flight& flight = m_flights.front();
    SIDA_TRY_ASSIGN(const Nanoseconds end, m_server->end(flight.sequence));
    api::BatchRow row;
    row.begin = std::max(flight.submitted, m_lastEnd);
    row.end = std::max(end, row.begin);
    m_lastEnd = row.end;
    if (flight.batch.table && m_shape.choices == 0) { // nobody knows better than a table that routes
        const experts::HashTable& table = *flight.batch.table;
        for (int layer = 0; layer < static_cast<int>(table.layers.size()); ++layer)
            m_run.routed(
                table.layers[static_cast<std::size_t>(layer)], table.k, layer,
                m_encoder->choiceOf(flight.sequence, layer));
    }
    Answers answers;
    const bool isText = m_run.data.info.task == api::Task::text;
    if (!isText || m_run.wantsOutputs(flight.batch.batch)) {
        std::vector<float> hidden = m_encoder->hiddenOf(flight.sequence);
        if (!isText)
            answers.forward.logits = m_run.model.classify(hidden, flight.batch.batch.lengths);
        else
            answers.forward.hidden = std::move(hidden);
    }
    m_run.deliver(flight.batch, answers, row);
    m_cuda.endRange(flight.range);
    m_flights.pop_front();
    ++m_delivered;
    // Each size of batch makes another graph; later nothing is new.
    if ((m_delivered & (m_delivered - 1)) == 0)
        SIDA_TRY(bookContext());
    return {};
}

Status CudaExecutor::finish()
{
    while (!m_flights.empty())
        SIDA_TRY(deliverOldest());
    return {};
}

Status CudaExecutor::resize(int slots)
{
    SIDA_TRY(finish());
    m_server->pause();
    const std::uint64_t before = m_store.blockBytes() * static_cast<std::uint64_t>(m_slots);
    const std::uint64_t after = m_store.blockBytes() * static_cast<std::uint64_t>(slots);
    Status status;
    if (after > before)
        status = m_run.ledger.reserve(api::Purpose::expertSlots, after - before);
    if (status) {
        if (after < before)
            m_server->resize(slots);
        status = m_encoder->setSlots(slots);
        if (status) {
            m_server->resize(slots);
            m_slots = slots;
            if (after < before)
                m_run.ledger.release(api::Purpose::expertSlots, before - after);
        } else if (after > before) {
            (void)m_encoder->setSlots(m_slots); // what was taken goes back
            m_run.ledger.release(api::Purpose::expertSlots, after - before);
        }
    }
    m_server->resume();
    recordMemory();
    return status;
}

} // namespace

Result<std::unique_ptr<Executor>> makeCudaExecutor(Executor::Surroundings surroundings)
{
    SIDA_TRY_ASSIGN(cuda::Module* const module, cuda::loadModule());
    const api::RunOptions& options = surroundings.options;
    SIDA_TRY(checkCudaOptions(surroundings.data.info.task, options));
    SIDA_TRY_ASSIGN(cuda::EncoderShape shape, cudaShapeOf(surroundings.model, surroundings.shape, options));
    if (surroundings.model.expertLayout() != model::ExpertLayout::rows)
        return failure(ErrorKind::internal, "device cuda: the experts are not arranged in rows");
    return std::make_unique<CudaExecutor>(std::move(surroundings), *module, std::move(shape));
}

Status checkCudaOptions(api::Task task, const api::RunOptions& options)
{
    const auto refused = [](const std::string& what) {
        return failure(
            ErrorKind::unsupported, fmt::format("{} runs on the CPU only so far; use --device cpu", what));
    };
    if (task == api::Task::seq2seq || task == api::Task::score)
        return refused(fmt::format("task {}", api::name(task)));
    if (options.capacity != api::ExpertCapacity::off)
        return refused("expert capacity");
    return {};
}

} // namespace sida::runtime
