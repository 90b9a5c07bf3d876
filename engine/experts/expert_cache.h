// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/device/memory/memory_ledger.h"
#include "engine/device/memory/slot_arena.h"
#include "engine/experts/eviction.h"
#include "engine/experts/expert_source.h"
#include "engine/experts/hash_table.h"
#include "engine/experts/host_store.h"
#include "engine/experts/prefetch_queue.h"
#include "engine/experts/prefetch_switch.h"
#include "engine/experts/schedule.h"
#include "engine/experts/use_forecast.h"
#include "engine/profile/recorder.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace sida::experts
{

/// The experts that are on the device, and the traffic that brings them there.
///
/// Three threads meet here: the hash-building thread adds tables (in generation the inference thread one for
/// each step of the decoder), the inference thread asks for the experts
/// of one layer after the other, the transfer thread copies. Demand goes before prefetch; prefetch goes in
/// the order of use and only into a free slot or one whose expert is needed later than the one that comes, so
/// it can never push out what is wanted sooner. How much may lie ahead of its use is limited, and a layer
/// whose predictions do not come true is not prefetched for until they do. Evicting is forgetting: host
/// copies never change.
///
/// One mutex guards the state. A layer takes it twice when everything fits, and once more for each expert
/// when slots are scarce and what was used makes room for what comes.
class ExpertCache final : public ExpertSource
{
public:
    struct Options {
        api::Eviction eviction = api::Eviction::lookahead;
        int slots = 0; ///< at the start, at least 2 unless there are fewer experts
        int window = 1; ///< most hash tables that can be known at one time
        std::uint64_t prefetchBytes = 0; ///< copied ahead and not yet used, at most; 0 = defaultPrefetchLimit
        int repeatedFrom = -1; ///< Schedule::repeatedFrom; -1 = no layer comes again
        int steps = 1; ///< Schedule::steps
    };

    /// `transfers` belongs to the transfer thread, `uses` to the inference thread.
    ExpertCache(
        const HostStore& store, device::MemoryLedger& ledger, const SessionClock& clock,
        profile::Recorder::Producer& transfers, profile::Recorder::Producer& uses, const Options& options);

    /// Hash-building thread: what the batch will need, before the batch is queued. A second table for a batch
    /// replaces the first; copies that it no longer asks for are not begun.
    void addTable(const HashTable& table, Nanoseconds ready);

    /// Inference thread, before the first layer. `table` is null when nothing was predicted, and stays valid
    /// throughout.
    void beginBatch(std::uint32_t batch, const HashTable* table, Nanoseconds tableReady);
    /// Inference thread, in generation before each step: what the layers that come again will need in it, the
    /// first of them first, or null. `table` stays valid until the next step.
    void beginStep(int step, const HashTable* table, Nanoseconds tableReady);
    void beginLayer(int moeLayer, std::span<const ActiveExpert> active) override;
    Ready next() override;
    std::optional<Ready> nextIfReady() override;
    void release(std::size_t index) override;
    void endLayer() override;

    /// Transfer thread: copies until stopped.
    void serveTransfers(const std::stop_token& stop);

    /// Inference thread, between two layers: more or fewer slots. Memory of the slots given up is returned.
    void resize(int slots);
    int slots() const;

    /// Before the threads start, policy `resident`: fills the slots with all experts. `progress(done, total)`
    /// in experts.
    Status preloadAll(const std::function<bool(int, int)>& progress);

    static std::uint64_t slotBytes(const HostStore& store) { return slotBytes(store.blockBytes()); }
    static std::uint64_t slotBytes(std::uint64_t blockBytes);

private:
    struct Expert {
        int slot = -1; ///< also while the copy is under way
        bool copying = false;
        Nanoseconds evictedAt = -1;
    };
    struct Slot {
        int expert = -1;
        int pins = 0;
        bool enabled = false; ///< within the budget
        bool booked = false; ///< its memory is taken
        bool used = false; ///< since it was filled
        Position copiedFor = kNever; ///< prefetched for this position, which is still to come
        std::uint64_t insertedAt = 0;
        std::uint64_t lastUsedAt = 0;
    };
    struct Job {
        int expert = 0;
        int slot = 0;
        Position position = 0;
        api::TransferKind kind = api::TransferKind::prefetch;
        Nanoseconds queued = 0;
    };
    struct Demand {
        int expert = 0;
        Position position = 0;
        Nanoseconds queued = 0;
    };
    struct Active {
        int expert = 0;
        bool pinned = false;
        api::StallCause cause = api::StallCause::unpredicted;
        api::UseRow row;
    };

    Ready handOut(std::size_t index);
    std::size_t popArrived();

    bool pickJob(Job& job);
    bool pickDemand(Job& job);
    bool pickPrefetch(Job& job);
    void assign(int expert, int slot);
    void copy(const Job& job);
    void complete(const Job& job, Nanoseconds begin, Nanoseconds end);
    /// What a slot is taken for; with the defaults it may be anyone's.
    struct Wish {
        Position comes = 0; ///< when the expert that comes is needed
        Position keepsUntil = 0; ///< only slots whose expert is needed later than that
    };
    /// A slot to write to, or -1.
    int takeSlot(const Wish& wish);
    int bestVictim(const Wish& wish);
    void evict(int slot, api::EvictionReason reason, profile::Recorder::Producer& recorder);
    bool bookSlot(int slot);
    int prefetchLimit() const;
    void judgePredictions(int moeLayer);
    void classifyMiss(Active& active, bool copying, bool predicted) const;
    /// What was predicted for the coming of a layer that is in progress; null when nothing was.
    const LayerTable* foretold(int moeLayer) const;
    Nanoseconds foretoldAt(int moeLayer) const;
    bool waitsForDecoder(const Slot& slot, Position comes) const;
    std::uint32_t predictedTokens(int moeLayer, std::uint16_t expert) const;
    void recordMemory(profile::Recorder::Producer& recorder) const;
    Position position(int moeLayer) const;

    const HostStore& m_store;
    device::MemoryLedger& m_ledger;
    const SessionClock& m_clock;
    profile::Recorder::Producer& m_transferRecorder;
    profile::Recorder::Producer& m_useRecorder;
    const Options m_options;
    const Schedule m_schedule;
    device::SlotArena m_arena;

    mutable std::mutex m_mutex;
    std::condition_variable_any m_work; ///< the transfer thread may have something to do
    std::condition_variable m_arrival; ///< a copy has ended
    std::uint64_t m_workVersion = 0;

    std::vector<Expert> m_experts;
    std::vector<Slot> m_slots;
    PrefetchQueue m_prefetch;
    UseForecast m_forecast;
    const std::unique_ptr<EvictionPolicy> m_policy;
    std::vector<PrefetchSwitch> m_switches; ///< by layer
    std::uint32_t m_toldUntil = 0; ///< tables came for batches before this one
    std::vector<Demand> m_demand; ///< oldest first
    std::vector<VictimCandidate> m_candidates; ///< scratch of bestVictim
    int m_enabledSlots = 0;
    bool m_copyInFlight = false;
    bool m_paused = false;
    Nanoseconds m_busySince = -1; ///< since when the transfer thread has had no idle moment; -1 while idle
    std::uint64_t m_tick = 0;
    Position m_nextPosition = 0; ///< the first that has not begun
    int m_ahead = 0; ///< slots with a `copiedFor`
    std::size_t m_usedByALayer = 0; ///< experts, the latest layer

    // Of the layer in progress; only the inference thread touches them, except where the mutex is held.
    std::uint32_t m_batch = 0;
    const HashTable* m_table = nullptr;
    Nanoseconds m_tableReady = -1;
    int m_step = 0;
    const HashTable* m_stepTable = nullptr;
    Nanoseconds m_stepReady = -1;
    int m_layer = 0;
    Nanoseconds m_layerBegin = 0;
    std::vector<Active> m_active;
    std::vector<int> m_activeOfExpert; ///< by expert index, -1 = not active
    std::vector<std::size_t> m_hits;
    std::size_t m_nextHit = 0;
    std::vector<std::size_t> m_arrived;
    bool m_hasMisses = false;
    bool m_releaseAtOnce = false;
    std::size_t m_groupLimit = 0; ///< experts handed out before the caller computes
    std::size_t m_groupSize = 0;
};

} // namespace sida::experts
