// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/device/cuda/module.h"
#include "engine/experts/device_expert_cache.h"
#include "engine/runtime/session_time.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace sida::runtime
{

/// Who serves the device while it runs: reads what its layers need as soon as it has written it, keeps the
/// copies going, and leaves the record. Its thread is in serve(); what others may call says so.
class CudaServer final : private experts::SlotDevice
{
public:
    struct Batch {
        std::uint32_t sequence = 0; ///< the encoder's number
        std::uint32_t number = 0; ///< the run's
        const experts::HashTable* table = nullptr; ///< valid until the batch has been followed; may be null
        Nanoseconds tableReady = -1;
    };

    /// `served`: experts come and go; else all are there and the record alone is kept. The encoder has been
    /// made and nothing runs on it.
    CudaServer(
        const experts::HostStore& store, cuda::Module& cuda, cuda::Encoder& encoder, bool served,
        const SessionClock& clock, profile::Recorder::Producer& recorder,
        const experts::DeviceExpertCache::Options& options);

    /// Compares clocks, the second time some time after the first.
    Status begin();
    /// Before serve(): expert i into slot i, and where it is.
    Status preloadAll();
    void serve(const std::stop_token& stop);

    /// Hash-building thread.
    void addTable(const experts::HashTable& table, Nanoseconds ready);
    /// Inference thread: the batch has been submitted.
    void follow(const Batch& batch);
    /// Inference thread: waits until it has ended, and says when it did.
    Result<Nanoseconds> end(std::uint32_t sequence);
    /// Inference thread, while no batch runs: nothing is copied and the cache is left alone until resume().
    void pause();
    void resume();
    void resize(int slots) { m_cache.resize(slots); } ///< while paused

private:
    /// From the other threads.
    struct Mail {
        struct Table {
            experts::HashTable table; ///< only what is predicted
            Nanoseconds ready = 0;
        };
        std::vector<Table> tables;
        std::vector<Batch> batches;
    };

    // SlotDevice
    void publish(ExpertKey key, int slot) override { m_encoder.publish(key.layer, key.expert, slot); }
    bool isReading(int moeLayer) const override;
    Status beginCopy(ExpertKey key, int slot) override
    {
        return m_encoder.beginCopy(slot, m_store.block(key), key.layer, key.expert);
    }
    bool canBeginCopy() const override { return m_encoder.canBeginCopy(); }
    Result<std::optional<Copied>> endedCopy() override;

    const cuda::BatchRecord& batchRecord(std::uint32_t sequence) const
    {
        return *reinterpret_cast<const cuda::BatchRecord*>(m_encoder.half(sequence));
    }
    const std::byte* layerAt(std::uint32_t sequence, int layer) const
    {
        return m_encoder.half(sequence) + m_encoder.layout().layerAt(layer);
    }
    cuda::ClockPair inSessionTime(cuda::ClockPair pair) const;
    Status followClock();

    void takeMail();
    Result<bool> step();
    Result<bool> followBatch(const Batch& batch);
    Result<bool> followLayer(const Batch& batch);
    void followStall();
    void readList(const Batch& batch, const cuda::LayerRecord& layer);
    Status readEnd(const Batch& batch, const cuda::LayerRecord& layer);
    Status standAside();
    void fail(const Error& error);

    const experts::HostStore& m_store;
    cuda::Module& m_cuda;
    cuda::Encoder& m_encoder;
    const bool m_served;
    const SessionClock& m_clock;
    experts::DeviceExpertCache m_cache;
    SessionTime m_time;
    Nanoseconds m_nextComparison = 0;
    bool m_comparing = false; ///< the device has been asked for the time

    std::deque<Batch> m_following;
    int m_layer = 0; ///< of the batch in front: the next, or the one under way
    bool m_listed = false;
    std::uint64_t m_layerRange = 0; ///< for profilers: of the layer under way
    std::uint64_t m_stallRange = 0; ///< while m_stalled
    bool m_stalled = false; ///< experts of the layer under way are not there
    std::uint32_t m_released = 0;
    std::vector<std::uint32_t> m_listRead; ///< by layer: sequence + 1 of the latest list that was read
    std::vector<experts::ActiveExpert> m_active;
    std::vector<experts::DeviceExpertCache::Use> m_uses;
    std::vector<experts::DeviceExpertCache::Wave> m_waves;
    Nanoseconds m_lastProgress = 0;
    Nanoseconds m_ends[2] = {}; ///< of batches, by half; the inference thread reads what has been followed

    // Between the threads.
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

} // namespace sida::runtime
