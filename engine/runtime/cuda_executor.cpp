// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/base/units.h"
#include "engine/device/cuda/module.h"
#include "engine/experts/device_expert_cache.h"
#include "engine/runtime/cuda_weights.h"
#include "engine/runtime/executor.h"
#include "engine/runtime/session_time.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <optional>

namespace sida::runtime
{

namespace
{

/// Batches that have been given to the device and not been answered: the device has the next one when it ends
/// one.
constexpr std::size_t kInFlight = 2;

/// The two clocks are compared again and again: they differ by some millionths.
constexpr Nanoseconds kFirstComparison = 100'000'000;
constexpr Nanoseconds kComparisons = 1'000'000'000;

/// Tables and batches for the serving thread, from the others.
struct Mail {
    struct Table {
        experts::HashTable table; ///< only what is predicted
        Nanoseconds ready = 0;
    };
    struct Batch {
        std::uint32_t sequence = 0;
        std::uint32_t number = 0;
        const experts::HashTable* table = nullptr;
        Nanoseconds tableReady = -1;
    };
    std::vector<Table> tables;
    std::vector<Batch> batches;
};

/// Runs batches on the GPU. The inference thread submits and delivers; the transfer thread serves the device:
/// it reads what the layers need as soon as the device has written it, and keeps the copies going.
class CudaExecutor final : public Executor, private experts::SlotDevice
{
public:
    CudaExecutor(Surroundings surroundings, cuda::Module& cuda, cuda::EncoderShape shape)
        : m_run(std::move(surroundings))
        , m_cuda(cuda)
        , m_shape(std::move(shape))
        , m_store(m_run.model.experts())
        , m_cache(
              m_store, m_run.clock, *this, m_run.transfers,
              {m_run.options.eviction, m_run.plan.slots, m_run.options.lookahead + 3,
               prefetchBytes(m_run.options, m_run.plan)})
        , m_listRead(static_cast<std::size_t>(std::max(m_store.layers(), 1)))
    {
    }

    Status open() override;
    void addTable(const experts::HashTable& table, Nanoseconds ready) override;
    void serve(const std::stop_token& stop) override;
    Status run(PreparedBatch batch) override;
    Status finish() override;
    Status resize(int slots) override;
    int slots() const override { return m_slots; }

private:
    struct Flight {
        PreparedBatch batch;
        std::uint32_t sequence = 0;
        Nanoseconds submitted = 0;
    };

    // SlotDevice
    void publish(ExpertKey key, int slot) override { m_encoder->publish(key.layer, key.expert, slot); }
    bool isReading(int moeLayer) const override;
    Status beginCopy(ExpertKey key, int slot) override
    {
        return m_encoder->beginCopy(slot, m_store.block(key), key.layer, key.expert);
    }
    bool canBeginCopy() const override { return m_encoder->canBeginCopy(); }
    Result<std::optional<Copied>> endedCopy() override;

    Status preloadAll();
    Status deliverOldest();
    Status bookContext();
    void recordMemory();

    const cuda::BatchRecord& batchRecord(std::uint32_t sequence) const
    {
        return *reinterpret_cast<const cuda::BatchRecord*>(m_encoder->half(sequence));
    }
    const std::byte* layerAt(std::uint32_t sequence, int layer) const
    {
        return m_encoder->half(sequence) + m_encoder->layout().layerAt(layer);
    }

    void takeMail();
    Result<bool> step();
    Result<bool> followBatch(const Mail::Batch& batch);
    Result<bool> followLayer(const Mail::Batch& batch);
    void readList(const Mail::Batch& batch, const cuda::LayerRecord& layer);
    Status readEnd(const Mail::Batch& batch, const cuda::LayerRecord& layer);
    Status standAside();
    void fail(const Error& error);

    const Surroundings m_run;
    cuda::Module& m_cuda;
    const cuda::EncoderShape m_shape;
    const experts::HostStore& m_store;
    std::unique_ptr<cuda::PinnedMemory> m_pinned;
    std::unique_ptr<cuda::Encoder> m_encoder;
    experts::DeviceExpertCache m_cache; ///< the serving thread's, while it runs
    SessionTime m_time; ///< likewise
    Nanoseconds m_zero = 0; ///< of the session, by monotonicNow()
    Nanoseconds m_nextComparison = 0;

    // Inference thread.
    std::deque<Flight> m_flights;
    int m_slots = 0;
    Nanoseconds m_lastEnd = 0;
    std::uint64_t m_delivered = 0;
    std::uint64_t m_bookedContext = 0;
    std::vector<std::int32_t> m_ids, m_offsets;

    // Serving thread.
    std::deque<Mail::Batch> m_following;
    int m_layer = 0; ///< of the batch in front: the next, or the one under way
    bool m_listed = false;
    std::uint32_t m_released = 0;
    std::vector<std::uint32_t> m_listRead; ///< by layer: sequence + 1 of the latest list that was read
    std::vector<experts::ActiveExpert> m_active;
    std::vector<experts::DeviceExpertCache::Use> m_uses;
    std::vector<experts::DeviceExpertCache::Wave> m_waves;
    Nanoseconds m_lastProgress = 0;
    Nanoseconds m_ends[2]
        = {}; ///< of batches, by half; read by the inference thread once they have been followed

    // Between them.
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    Mail m_mail;
    std::atomic<bool> m_hasMail = false;
    std::atomic<bool> m_asideAsked = false;
    bool m_serving = false; ///< the serving thread has begun
    bool m_aside = false;
    std::condition_variable_any m_asideChanged;
    std::atomic<std::uint32_t> m_followedUntil = 0; ///< batches before this one have been read to their end
    std::atomic<bool> m_failed = false;
    std::optional<Error> m_error;
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
    SIDA_TRY_ASSIGN(const cuda::ClockPair first, m_cuda.compareClocks());
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
    SIDA_TRY_ASSIGN(const cuda::ClockPair second, m_cuda.compareClocks());
    m_zero = monotonicNow() - m_run.clock.now();
    const Nanoseconds zero = m_zero;
    m_nextComparison = m_run.clock.now() + kFirstComparison;
    m_time = SessionTime(
        {first.host - zero, first.device, first.uncertainty},
        {second.host - zero, second.device, second.uncertainty});
    m_bookedContext = m_run.plan.byPurpose[static_cast<std::size_t>(api::Purpose::runtimeContext)];
    if (m_run.options.policy == api::Policy::resident)
        SIDA_TRY(preloadAll());
    return bookContext();
}

Status CudaExecutor::preloadAll()
{
    for (int expert = 0; expert < m_store.expertCount(); ++expert) {
        while (!canBeginCopy())
            SIDA_TRY(m_cache.noteEnded());
        SIDA_TRY(m_cache.beginPreload(expert));
    }
    while (m_cache.isCopying())
        SIDA_TRY(m_cache.noteEnded());
    for (int expert = 0; expert < m_store.expertCount(); ++expert) {
        const ExpertKey key = m_store.key(expert);
        SIDA_TRY(m_encoder->place(key.layer, key.expert, expert));
    }
    return {};
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

void CudaExecutor::addTable(const experts::HashTable& table, Nanoseconds ready)
{
    Mail::Table mail;
    mail.ready = ready;
    mail.table.batch = table.batch;
    mail.table.k = table.k;
    mail.table.tokens = table.tokens;
    for (const experts::LayerTable& layer : table.layers)
        mail.table.layers.emplace_back().predicted = layer.predicted;
    {
        const std::lock_guard lock(m_mutex);
        m_mail.tables.push_back(std::move(mail));
        m_hasMail.store(true, std::memory_order_release);
    }
    m_wake.notify_one();
}

Status CudaExecutor::run(PreparedBatch batch)
{
    while (m_flights.size() >= kInFlight)
        SIDA_TRY(deliverOldest());
    m_ids.clear();
    m_offsets.assign(1, 0);
    const dataset::TokenBatch& tokens = batch.batch;
    for (int row = 0; row < tokens.rows; ++row) {
        const auto begin = tokens.ids.begin() + static_cast<std::ptrdiff_t>(row) * tokens.length;
        const int length = tokens.lengths[static_cast<std::size_t>(row)];
        if (std::any_of(
                begin, begin + length, [&](std::int32_t id) { return id < 0 || id >= m_shape.vocabulary; }))
            return badInput(fmt::format(
                "Sample {}: an id is not in the model's vocabulary of {}; was the text tokenized for another "
                "model?",
                tokens.samples[static_cast<std::size_t>(row)], m_shape.vocabulary));
        m_ids.insert(m_ids.end(), begin, begin + length);
        m_offsets.push_back(static_cast<std::int32_t>(m_ids.size()));
    }
    const bool isText = m_run.data.info.task == api::Task::text;
    const bool wantHidden = isText ? m_run.options.keepOutputs : true;
    const Nanoseconds submitted = m_run.clock.now();
    SIDA_TRY_ASSIGN(const std::uint32_t sequence, m_encoder->submit(m_ids, m_offsets, wantHidden));
    Flight& flight = m_flights.emplace_back(Flight{std::move(batch), sequence, submitted});
    {
        const std::lock_guard lock(m_mutex);
        m_mail.batches.push_back(
            {sequence, flight.batch.batch.number, flight.batch.table ? &*flight.batch.table : nullptr,
             flight.batch.tableReady});
        m_hasMail.store(true, std::memory_order_release);
    }
    m_wake.notify_one();
    return {};
}

Status CudaExecutor::deliverOldest()
{
    Flight& flight = m_flights.front();
    for (std::uint32_t until = m_followedUntil.load(); until <= flight.sequence;
         until = m_followedUntil.load()) {
        if (m_failed.load()) {
            const std::lock_guard lock(m_mutex);
            return failure(*m_error);
        }
        m_followedUntil.wait(until);
    }
    if (m_failed.load()) {
        const std::lock_guard lock(m_mutex);
        return failure(*m_error);
    }
    api::BatchRow row;
    row.begin = std::max(flight.submitted, m_lastEnd);
    row.end = std::max(m_ends[flight.sequence % 2], row.begin);
    m_lastEnd = row.end;
    if (flight.batch.table) {
        const experts::HashTable& table = *flight.batch.table;
        for (int layer = 0; layer < static_cast<int>(table.layers.size()); ++layer)
            m_run.routed(
                table.layers[static_cast<std::size_t>(layer)], table.k, layer,
                m_encoder->choiceOf(flight.sequence, layer));
    }
    Answers answers;
    const bool isText = m_run.data.info.task == api::Task::text;
    if (!isText || m_run.options.keepOutputs) {
        std::vector<float> hidden = m_encoder->hiddenOf(flight.sequence);
        if (!isText)
            answers.forward.logits = m_run.model.classify(hidden, flight.batch.batch.lengths);
        else
            answers.forward.hidden = std::move(hidden);
    }
    m_run.deliver(flight.batch, answers, row);
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
    {
        std::unique_lock lock(m_mutex);
        m_asideAsked.store(true);
        m_wake.notify_one();
        if (m_serving)
            m_asideChanged.wait(lock, [this] { return m_aside || m_failed.load(); });
    }
    const std::uint64_t before = m_store.blockBytes() * static_cast<std::uint64_t>(m_slots);
    const std::uint64_t after = m_store.blockBytes() * static_cast<std::uint64_t>(slots);
    Status status;
    if (after > before)
        status = m_run.ledger.reserve(api::Purpose::expertSlots, after - before);
    if (status) {
        if (after < before)
            m_cache.resize(slots);
        status = m_encoder->setSlots(slots);
        if (status) {
            m_cache.resize(slots);
            m_slots = slots;
            if (after < before)
                m_run.ledger.release(api::Purpose::expertSlots, before - after);
        } else if (after > before) {
            (void)m_encoder->setSlots(m_slots); // what was taken goes back
            m_run.ledger.release(api::Purpose::expertSlots, after - before);
        }
    }
    {
        const std::lock_guard lock(m_mutex);
        m_asideAsked.store(false);
    }
    m_wake.notify_one();
    recordMemory();
    return status;
}

bool CudaExecutor::isReading(int moeLayer) const
{
    const std::uint32_t read = m_listRead[static_cast<std::size_t>(moeLayer)];
    for (std::uint32_t half = 0; half < 2; ++half) {
        const auto& layer = *reinterpret_cast<const cuda::LayerRecord*>(layerAt(half, moeLayer));
        if (__atomic_load_n(&layer.begun, __ATOMIC_SEQ_CST) > read)
            return true;
    }
    return false;
}

Result<std::optional<experts::SlotDevice::Copied>> CudaExecutor::endedCopy()
{
    SIDA_TRY_ASSIGN(const std::optional<cuda::CopyTimes> times, m_encoder->endedCopy());
    if (!times)
        return std::nullopt;
    return Copied{m_time.at(times->begin), m_time.at(times->end)};
}

void CudaExecutor::serve(const std::stop_token& stop)
{
    {
        const std::lock_guard lock(m_mutex);
        m_serving = true;
    }
    while (!stop.stop_requested()) {
        if (m_hasMail.load(std::memory_order_acquire))
            takeMail();
        if (m_asideAsked.load(std::memory_order_relaxed)) {
            if (const Status status = standAside(); !status)
                fail(status.error());
            continue;
        }
        bool busy = false;
        if (!m_failed.load(std::memory_order_relaxed)) {
            const Result<bool> did = step();
            if (!did)
                fail(did.error());
            busy = did && *did;
        }
        // While the device runs somebody has to look; otherwise nothing happens until there is mail.
        if (busy
            || ((!m_following.empty() || m_cache.isCopying()) && !m_failed.load(std::memory_order_relaxed))) {
            if (!busy)
                __builtin_ia32_pause();
            continue;
        }
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, stop, [this] {
            return m_hasMail.load(std::memory_order_relaxed) || m_asideAsked.load(std::memory_order_relaxed);
        });
    }
}

void CudaExecutor::takeMail()
{
    Mail mail;
    {
        const std::lock_guard lock(m_mutex);
        std::swap(mail, m_mail);
        m_hasMail.store(false, std::memory_order_relaxed);
    }
    for (const Mail::Table& table : mail.tables)
        m_cache.addTable(table.table, table.ready);
    if (m_following.empty())
        m_lastProgress = m_run.clock.now();
    for (const Mail::Batch& batch : mail.batches)
        m_following.push_back(batch);
}

Status CudaExecutor::standAside()
{
    while (m_cache.isCopying())
        SIDA_TRY(m_cache.noteEnded());
    std::unique_lock lock(m_mutex);
    m_aside = true;
    m_asideChanged.notify_all();
    m_wake.wait(lock, [this] { return !m_asideAsked.load(std::memory_order_relaxed); });
    m_aside = false;
    return {};
}

void CudaExecutor::fail(const Error& error)
{
    m_encoder->giveUp();
    {
        const std::lock_guard lock(m_mutex);
        if (!m_error)
            m_error = error;
        m_failed.store(true);
    }
    m_asideChanged.notify_all();
    m_followedUntil.fetch_add(0x4000'0000);
    m_followedUntil.notify_all();
}

Result<bool> CudaExecutor::step()
{
    SIDA_TRY_ASSIGN(bool busy, m_cache.pump());
    if (m_following.empty())
        return busy;
    SIDA_TRY_ASSIGN(const bool moved, followBatch(m_following.front()));
    const Nanoseconds now = m_run.clock.now();
    if (now > m_nextComparison) {
        SIDA_TRY_ASSIGN(const cuda::ClockPair pair, m_cuda.compareClocks()); // some fifty microseconds
        m_time.follow({pair.host - m_zero, pair.device, pair.uncertainty}, kComparisons);
        m_nextComparison = now + kComparisons;
    }
    constexpr Nanoseconds kPatience = 5'000'000;
    if (moved || busy) {
        m_lastProgress = now;
    } else if (now - m_lastProgress > kPatience) {
        SIDA_TRY(m_encoder->isDone(m_following.front().sequence)); // has anything gone wrong?
        m_lastProgress = now;
    }
    return busy || moved;
}

Result<bool> CudaExecutor::followBatch(const Mail::Batch& batch)
{
    const cuda::BatchRecord& record = batchRecord(batch.sequence);
    const bool ended = __atomic_load_n(&record.done, __ATOMIC_ACQUIRE) == batch.sequence + 1;
    // Without anybody to serve the device does not take care that its words come in order.
    if (!ended && !m_shape.served)
        return false;
    if (m_layer == 0 && !m_listed)
        m_cache.beginBatch(batch.number, batch.table, batch.tableReady);
    bool moved = false;
    while (m_layer < m_store.layers()) {
        SIDA_TRY_ASSIGN(const bool more, followLayer(batch));
        if (!more)
            break;
        moved = true;
    }
    if (m_layer < m_store.layers() || !ended) {
        if (ended && record.missing > 0)
            return failure(
                ErrorKind::internal, fmt::format("{} experts did not come in time", record.missing));
        return moved;
    }
    const std::uint32_t sequence = batch.sequence;
    m_ends[sequence % 2] = m_time.at(record.end);
    m_layer = 0;
    m_following.pop_front();
    m_followedUntil.store(sequence + 1);
    m_followedUntil.notify_all();
    return true;
}

Result<bool> CudaExecutor::followLayer(const Mail::Batch& batch)
{
    const auto& layer = *reinterpret_cast<const cuda::LayerRecord*>(layerAt(batch.sequence, m_layer));
    const std::uint32_t flag = batch.sequence + 1;
    bool moved = false;
    if (!m_listed) {
        if (__atomic_load_n(&layer.listed, __ATOMIC_ACQUIRE) != flag)
            return false;
        readList(batch, layer);
        moved = true;
    }
    const bool done = __atomic_load_n(&layer.done, __ATOMIC_ACQUIRE) == flag;
    if (done) {
        SIDA_TRY(readEnd(batch, layer));
        return true;
    }
    const std::uint32_t released = __atomic_load_n(&layer.released, __ATOMIC_ACQUIRE);
    if (released > m_released) {
        SIDA_TRY(m_cache.noteEnded()); // of what was used the copies have ended
        const auto* entries = reinterpret_cast<const volatile cuda::EntryRecord*>(
            layerAt(batch.sequence, m_layer) + m_encoder->layout().entriesAt());
        for (std::size_t i = 0; i < m_active.size(); ++i) {
            const int wave = entries[i].wave;
            if (wave >= 0 && static_cast<std::uint32_t>(wave) < released)
                m_cache.release(i);
        }
        m_released = released;
        moved = true;
    }
    if (moved)
        SIDA_TRY(m_cache.pump());
    return false;
}

void CudaExecutor::readList(const Mail::Batch& batch, const cuda::LayerRecord& layer)
{
    const auto* entries = reinterpret_cast<const volatile cuda::EntryRecord*>(
        layerAt(batch.sequence, m_layer) + m_encoder->layout().entriesAt());
    const int count = std::clamp(layer.activeCount, 0, m_encoder->layout().experts);
    m_active.clear();
    for (int i = 0; i < count; ++i)
        m_active.push_back(
            {static_cast<std::uint16_t>(entries[i].expert), static_cast<std::uint32_t>(entries[i].count)});
    m_listed = true;
    m_released = 0;
    m_cache.beginLayer(m_layer, m_time.at(layer.beginTime), m_active);
    m_listRead[static_cast<std::size_t>(m_layer)] = batch.sequence + 1;
}

Status CudaExecutor::readEnd(const Mail::Batch& batch, const cuda::LayerRecord& layer)
{
    SIDA_TRY(m_cache.noteEnded());
    const std::byte* at = layerAt(batch.sequence, m_layer);
    const auto* entries
        = reinterpret_cast<const volatile cuda::EntryRecord*>(at + m_encoder->layout().entriesAt());
    const auto* waves
        = reinterpret_cast<const volatile cuda::WaveRecord*>(at + m_encoder->layout().wavesAt());
    m_uses.clear();
    int last = 0;
    for (std::size_t i = 0; i < m_active.size(); ++i) {
        const int wave = entries[i].wave;
        if (wave < 0 || wave >= m_encoder->layout().waves)
            return failure(
                ErrorKind::internal,
                fmt::format("expert {} of layer {} did not come in time", m_active[i].expert, m_layer));
        m_uses.push_back({wave, entries[i].slot});
        last = std::max(last, wave);
    }
    m_waves.clear();
    for (int wave = 0; wave <= last; ++wave)
        m_waves.push_back({m_time.at(waves[wave].waitBegin), m_time.at(waves[wave].waitEnd)});
    m_cache.endLayer(m_time.at(layer.doneTime), m_uses, m_waves);
    m_listed = false;
    ++m_layer;
    return {};
}

} // namespace

Result<std::unique_ptr<Executor>> makeCudaExecutor(Executor::Surroundings surroundings)
{
    SIDA_TRY_ASSIGN(cuda::Module* const module, cuda::loadModule());
    const api::RunOptions& options = surroundings.options;
    SIDA_TRY(checkCudaOptions(surroundings.data.info.task, options));
    SIDA_TRY_ASSIGN(cuda::EncoderShape shape, cudaShapeOf(surroundings.model, surroundings.shape));
    shape.served = options.policy != api::Policy::resident;
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
    if (options.routing == api::Routing::predicted)
        return refused("routing predicted");
    if (options.capacity != api::ExpertCapacity::off)
        return refused("expert capacity");
    return {};
}

} // namespace sida::runtime
