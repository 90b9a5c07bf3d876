// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/experts/eviction.h"
#include "engine/experts/expert_source.h"
#include "engine/experts/hash_table.h"
#include "engine/experts/host_store.h"
#include "engine/experts/prefetch_queue.h"
#include "engine/experts/prefetch_switch.h"
#include "engine/experts/use_forecast.h"
#include "engine/profile/recorder.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sida::experts
{

/// A device that runs layer after layer by itself, looks up where experts are, and waits for those that are
/// not there.
class SlotDevice
{
public:
    virtual ~SlotDevice() = default;
    /// Where the device finds the expert from now on; -1 = nowhere.
    virtual void publish(ExpertKey key, int slot) = 0;
    /// Whether the device may have looked this layer's experts up since the last list of that layer was read:
    /// then what is taken back now may be too late. Ordered after publish().
    virtual bool isReading(int moeLayer) const = 0;
    /// Copies run one after the other; at the end of each the device publishes the expert itself.
    virtual Status beginCopy(ExpertKey key, int slot) = 0;
    virtual bool canBeginCopy() const = 0;
    struct Copied {
        Nanoseconds begin = 0;
        Nanoseconds end = 0;
    };
    /// The oldest copy that was begun and not told of, once it has ended.
    virtual Result<std::optional<Copied>> endedCopy() = 0;
};

/// Which experts are in the slots of such a device: ExpertCache's rules (demand before prefetch, prefetch in
/// the order of use and never at the cost of what is needed sooner, a limit to how far ahead, layers switched
/// off where predictions do not come true) where the layers are not run by the host. It learns what a layer
/// uses from the list that the device leaves, sees to it that what is missing is copied, and turns what the
/// device says into rows.
///
/// One thread.
class DeviceExpertCache
{
public:
    struct Options {
        api::Eviction eviction = api::Eviction::lookahead;
        int slots = 0; ///< at the start, at least 2 unless there are fewer experts
        int window = 1; ///< most hash tables that can be known at one time
        std::uint64_t prefetchBytes = 0; ///< copied ahead and not yet used, at most; 0 = defaultPrefetchLimit
    };

    DeviceExpertCache(
        const HostStore& store, const SessionClock& clock, SlotDevice& device,
        profile::Recorder::Producer& recorder, const Options& options);

    /// What a coming batch will need. A second table for a batch replaces the first.
    void addTable(const HashTable& table, Nanoseconds ready);
    /// The rows that follow are of this batch. `table` stays valid until its last layer has ended.
    void beginBatch(std::uint32_t batch, const HashTable* table, Nanoseconds tableReady);

    /// The device has routed a layer. `active` is sorted by expert.
    void beginLayer(int moeLayer, Nanoseconds begin, std::span<const ActiveExpert> active);
    /// Whether experts of that layer have not been copied yet.
    bool misses() const;
    /// Of that layer the expert with this index has been computed.
    void release(std::size_t index);

    struct Use {
        int wave = 0;
        int slot = -1;
    };
    struct Wave {
        Nanoseconds waitBegin = 0;
        Nanoseconds waitEnd = 0;
    };
    /// The layer has ended: in which wave each active expert was computed, and when the waves began to.
    void endLayer(Nanoseconds end, std::span<const Use> uses, std::span<const Wave> waves);

    /// Takes note of copies that have ended and begins others. True when there was anything to do.
    Result<bool> pump();
    /// Only takes note.
    Result<bool> noteEnded();
    bool isCopying() const { return !m_copies.empty(); }

    /// Before anything else, policy `resident`: expert i into slot i. pump() until nothing is copied any
    /// more.
    Status beginPreload(int expert);

    /// Only while nothing runs and nothing is copied. Slots from `slots` on are given up.
    void resize(int slots);
    int slots() const { return m_slotCount; }

private:
    struct Expert {
        int slot = -1; ///< also while the copy is under way
        bool copying = false;
        Nanoseconds evictedAt = -1;
    };
    struct Slot {
        int expert = -1;
        int pins = 0;
        bool used = false; ///< since it was filled
        Position copiedFor = kNever; ///< prefetched for this position, which is still to come
        std::uint64_t insertedAt = 0;
        std::uint64_t lastUsedAt = 0;
        Nanoseconds arrivedAt = 0;
        Nanoseconds quietSince = 0; ///< no use or copy of it after that
    };
    struct Copy {
        int expert = 0;
        int slot = 0;
        Position position = 0;
        api::TransferKind kind = api::TransferKind::prefetch;
        Nanoseconds queued = 0;
        Nanoseconds begun = 0; ///< by the host
    };
    struct Active {
        int expert = 0;
        bool pinned = false;
        bool released = false;
        bool demanded = false;
        bool missed = false;
        api::StallCause cause = api::StallCause::unpredicted;
        Nanoseconds arrivedAt = 0;
        api::UseRow row;
    };

    Position position(int moeLayer) const;
    bool foretold(int moeLayer) const;
    std::uint32_t predictedTokens(int moeLayer, std::uint16_t expert) const;
    void classify(Active& active, bool copying) const;
    void judgePredictions(int moeLayer);
    void pin(Active& active);

    void complete(const Copy& copy, SlotDevice::Copied times);
    Result<bool> serveDemand();
    Result<bool> servePrefetch();
    bool isTimeForAnother() const;
    Status begin(Copy copy);
    int takeSlot(Position neededBefore);
    int bestVictim(Position neededBefore);
    bool evict(int slot, api::EvictionReason reason);
    int prefetchLimit() const;

    void recordUses(Nanoseconds end, std::span<const Use> uses, std::span<const Wave> waves);
    void recordStalls(Nanoseconds end, std::span<const Use> uses, std::span<const Wave> waves);
    void recordUnused();

    Active* activeOf(int expert)
    {
        const int index = m_activeOfExpert[static_cast<std::size_t>(expert)];
        return index < 0 ? nullptr : &m_active[static_cast<std::size_t>(index)];
    }

    const HostStore& m_store;
    const SessionClock& m_clock;
    SlotDevice& m_device;
    profile::Recorder::Producer& m_recorder;
    const Options m_options;

    std::vector<Expert> m_experts;
    std::vector<Slot> m_slots; ///< as many as there can be
    int m_slotCount = 0;
    PrefetchQueue m_prefetch;
    UseForecast m_forecast;
    const std::unique_ptr<EvictionPolicy> m_policy;
    std::vector<PrefetchSwitch> m_switches; ///< by layer
    std::vector<std::uint8_t> m_untouchable; ///< by layer: the device is reading; scratch of takeSlot
    std::uint32_t m_toldUntil = 0; ///< tables came for batches before this one
    std::vector<std::size_t> m_demand; ///< indices of active experts, oldest first
    std::deque<Copy> m_copies; ///< begun and not ended
    std::vector<VictimCandidate> m_candidates; ///< scratch of bestVictim
    std::vector<std::size_t> m_arrivals; ///< scratch of recordStalls
    Nanoseconds m_copyTime = 0; ///< what a copy takes, the quickest so far
    Nanoseconds m_lastEnd = 0; ///< of a copy
    Nanoseconds m_busySince = -1; ///< since when there has always been a copy under way; -1 = there is none
    Nanoseconds m_lastStall = 0; ///< end of the latest row
    std::uint64_t m_tick = 0;
    Position m_nextPosition = 0; ///< the first that has not begun
    int m_ahead = 0; ///< slots with a `copiedFor`
    std::size_t m_usedByALayer = 0;
    std::uint64_t m_changes = 0;
    std::uint64_t m_blockedAt = ~std::uint64_t{0};

    std::uint32_t m_batch = 0;
    const HashTable* m_table = nullptr;
    Nanoseconds m_tableReady = -1;
    int m_layer = 0;
    Nanoseconds m_layerBegin = 0;
    std::vector<Active> m_active;
    std::vector<int> m_activeOfExpert; ///< by expert index, -1 = not active
};

} // namespace sida::experts
