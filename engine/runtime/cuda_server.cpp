// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cuda_server.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::runtime
{

namespace
{

/// The two clocks are compared again and again: they differ by some millionths.
constexpr Nanoseconds kFirstComparison = 100'000'000;
constexpr Nanoseconds kComparisons = 1'000'000'000;

} // namespace

CudaServer::CudaServer(
    const experts::HostStore& store, cuda::Module& cuda, cuda::Encoder& encoder, bool served,
    const SessionClock& clock, profile::Recorder::Producer& recorder,
    const experts::DeviceExpertCache::Options& options)
    : m_store(store)
    , m_cuda(cuda)
    , m_encoder(encoder)
    , m_served(served)
    , m_clock(clock)
    , m_cache(store, clock, *this, recorder, options)
    , m_listRead(static_cast<std::size_t>(std::max(store.layers(), 1)))
{
}

cuda::ClockPair CudaServer::inSessionTime(cuda::ClockPair pair) const
{
    pair.host -= monotonicNow() - m_clock.now();
    return pair;
}

/// Now and then. Nobody waits for the device here: it may be waiting for us.
Status CudaServer::followClock()
{
    if (!m_comparing) {
        if (m_clock.now() > m_nextComparison) {
            SIDA_TRY(m_cuda.beginComparison());
            m_comparing = true;
        }
        return {};
    }
    SIDA_TRY_ASSIGN(const std::optional<cuda::ClockPair> pair, m_cuda.comparison());
    if (!pair)
        return {};
    m_time.follow(inSessionTime(*pair), kComparisons);
    m_nextComparison = m_clock.now() + kComparisons;
    m_comparing = false;
    return {};
}

Status CudaServer::begin()
{
    SIDA_TRY_ASSIGN(const cuda::ClockPair now, m_cuda.compareClocks());
    m_time = SessionTime(inSessionTime(now));
    m_nextComparison = m_clock.now() + kFirstComparison;
    return {};
}

Status CudaServer::preloadAll()
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
        SIDA_TRY(m_encoder.place(key.layer, key.expert, expert));
    }
    return {};
}

void CudaServer::addTable(const experts::HashTable& table, Nanoseconds ready)
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

void CudaServer::follow(const Batch& batch)
{
    {
        const std::lock_guard lock(m_mutex);
        m_mail.batches.push_back(batch);
        m_hasMail.store(true, std::memory_order_release);
    }
    m_wake.notify_one();
}

Result<Nanoseconds> CudaServer::end(std::uint32_t sequence)
{
    for (std::uint32_t until = m_followedUntil.load(); until <= sequence; until = m_followedUntil.load())
        m_followedUntil.wait(until);
    if (m_failed.load()) {
        const std::lock_guard lock(m_mutex);
        return failure(*m_error);
    }
    return m_ends[sequence % 2];
}

void CudaServer::pause()
{
    std::unique_lock lock(m_mutex);
    m_asideAsked.store(true);
    m_wake.notify_one();
    if (m_serving)
        m_asideChanged.wait(lock, [this] { return m_aside || m_failed.load(); });
}

void CudaServer::resume()
{
    {
        const std::lock_guard lock(m_mutex);
        m_asideAsked.store(false);
    }
    m_wake.notify_one();
}

bool CudaServer::isReading(int moeLayer) const
{
    const std::uint32_t read = m_listRead[static_cast<std::size_t>(moeLayer)];
    for (std::uint32_t half = 0; half < 2; ++half) {
        const auto& layer = *reinterpret_cast<const cuda::LayerRecord*>(layerAt(half, moeLayer));
        if (__atomic_load_n(&layer.begun, __ATOMIC_SEQ_CST) > read)
            return true;
    }
    return false;
}

Result<std::optional<experts::SlotDevice::Copied>> CudaServer::endedCopy()
{
    SIDA_TRY_ASSIGN(const std::optional<cuda::CopyTimes> times, m_encoder.endedCopy());
    if (!times)
        return std::nullopt;
    return Copied{m_time.at(times->begin), m_time.at(times->end)};
}

void CudaServer::serve(const std::stop_token& stop)
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

void CudaServer::takeMail()
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
        m_lastProgress = m_clock.now();
    for (const Batch& batch : mail.batches)
        m_following.push_back(batch);
}

Status CudaServer::standAside()
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

void CudaServer::fail(const Error& error)
{
    m_encoder.giveUp();
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

Result<bool> CudaServer::step()
{
    SIDA_TRY_ASSIGN(bool busy, m_cache.pump());
    if (m_following.empty())
        return busy;
    SIDA_TRY_ASSIGN(const bool moved, followBatch(m_following.front()));
    SIDA_TRY(followClock());
    const Nanoseconds now = m_clock.now();
    constexpr Nanoseconds kPatience = 5'000'000;
    if (moved || busy) {
        m_lastProgress = now;
    } else if (now - m_lastProgress > kPatience) {
        SIDA_TRY(m_encoder.isDone(m_following.front().sequence)); // has anything gone wrong?
        m_lastProgress = now;
    }
    return busy || moved;
}

Result<bool> CudaServer::followBatch(const Batch& batch)
{
    const cuda::BatchRecord& record = batchRecord(batch.sequence);
    const bool ended = __atomic_load_n(&record.done, __ATOMIC_ACQUIRE) == batch.sequence + 1;
    // Without anybody to serve the device does not take care that its words come in order.
    if (!ended && !m_served)
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

Result<bool> CudaServer::followLayer(const Batch& batch)
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
            layerAt(batch.sequence, m_layer) + m_encoder.layout().entriesAt());
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
    followStall();
    return false;
}

/// For profilers: a stall ends when nothing of the layer is missing any more.
void CudaServer::followStall()
{
    if (!m_stalled || m_cache.misses())
        return;
    m_cuda.endRange(m_stallRange);
    m_stalled = false;
}

void CudaServer::readList(const Batch& batch, const cuda::LayerRecord& layer)
{
    const auto* entries = reinterpret_cast<const volatile cuda::EntryRecord*>(
        layerAt(batch.sequence, m_layer) + m_encoder.layout().entriesAt());
    const int count = std::clamp(layer.activeCount, 0, m_encoder.layout().experts);
    m_active.clear();
    for (int i = 0; i < count; ++i)
        m_active.push_back(
            {static_cast<std::uint16_t>(entries[i].expert), static_cast<std::uint32_t>(entries[i].count)});
    m_listed = true;
    m_released = 0;
    m_cache.beginLayer(m_layer, m_time.at(layer.beginTime), m_active);
    m_layerRange = m_cuda.beginRange(cuda::Range::layer, static_cast<std::uint64_t>(m_layer));
    m_stalled = m_cache.misses();
    if (m_stalled)
        m_stallRange = m_cuda.beginRange(cuda::Range::stall, static_cast<std::uint64_t>(m_layer));
    m_listRead[static_cast<std::size_t>(m_layer)] = batch.sequence + 1;
}

Status CudaServer::readEnd(const Batch& batch, const cuda::LayerRecord& layer)
{
    SIDA_TRY(m_cache.noteEnded());
    const std::byte* at = layerAt(batch.sequence, m_layer);
    const auto* entries
        = reinterpret_cast<const volatile cuda::EntryRecord*>(at + m_encoder.layout().entriesAt());
    const auto* waves = reinterpret_cast<const volatile cuda::WaveRecord*>(at + m_encoder.layout().wavesAt());
    m_uses.clear();
    int last = 0;
    for (std::size_t i = 0; i < m_active.size(); ++i) {
        const int wave = entries[i].wave;
        if (wave < 0 || wave >= m_encoder.layout().waves)
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
    followStall();
    m_cuda.endRange(m_layerRange);
    m_listed = false;
    ++m_layer;
    return {};
}

} // namespace sida::runtime
