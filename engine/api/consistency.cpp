// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/consistency.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace sida::api
{

namespace
{

constexpr std::size_t kMostProblems = 20;
constexpr Nanoseconds kStillThere = std::numeric_limits<Nanoseconds>::max();

/// One expert's stay in a slot.
struct Stay {
    std::int32_t slot = 0;
    ExpertKey key;
    Nanoseconds begin = 0; ///< its copy began
    Nanoseconds arrived = 0;
    Nanoseconds left = kStillThere;
    std::uint64_t bytes = 0;
    bool used = false; ///< by a row of `uses`
    bool saidUsed = false; ///< by the row of its eviction
};

std::string text(ExpertKey key)
{
    return fmt::format("expert {} of layer {}", key.expert, key.layer);
}

using BatchLayer = std::pair<std::uint32_t, std::uint16_t>;

class Check
{
public:
    explicit Check(const Recording& recording)
        : m_recording(recording)
        , m_rows(recording.rows)
    {
    }

    Consistency run()
    {
        m_result.checked = m_rows.droppedEvents == 0
            && (m_recording.state == RecordingState::complete
                || m_recording.state == RecordingState::stopped);
        if (!m_result.checked)
            return std::move(m_result);
        for (const LayerRow& layer : m_rows.layers)
            m_layers[{layer.batch, layer.layer, layer.begin}] = &layer;
        readStays();
        checkUses();
        checkStalls();
        checkHash();
        checkMemory();
        sumBytes();
        return std::move(m_result);
    }

private:
    void problem(std::string words)
    {
        if (m_result.problems.size() < kMostProblems)
            m_result.problems.push_back(std::move(words));
    }

    /// The last that had begun by then: in generation a decoder's layer runs once for each token.
    const LayerRow* layerOf(std::uint32_t batch, std::uint16_t layer, Nanoseconds time) const
    {
        const auto next = m_layers.upper_bound({batch, layer, time});
        if (next == m_layers.begin())
            return nullptr;
        const LayerRow* last = std::prev(next)->second;
        return last->batch == batch && last->layer == layer ? last : nullptr;
    }

    void readStays();
    void endStays();
    Stay* stayAt(std::int32_t slot, Nanoseconds time);
    void checkUses();
    void checkUse(const UseRow& use);
    void checkStalls();
    void checkHash();
    void checkMemory();
    void sumBytes();

    const Recording& m_recording;
    const RecordingChunk& m_rows;
    Consistency m_result;
    std::map<std::tuple<std::uint32_t, std::uint16_t, Nanoseconds>, const LayerRow*> m_layers;
    std::vector<Stay> m_stays; ///< by slot, then time
};

void Check::readStays()
{
    for (const TransferRow& copy : m_rows.transfers) {
        m_stays.push_back({copy.slot, copy.key, copy.begin, copy.end, kStillThere, copy.bytes});
        if (copy.bytes != m_rows.transfers.front().bytes)
            problem(fmt::format("the copy of {} is of another size than the first one", text(copy.key)));
        if (copy.queued > copy.begin || copy.begin > copy.end)
            problem(fmt::format("the copy of {} begins before it was asked for", text(copy.key)));
    }
    std::sort(m_stays.begin(), m_stays.end(), [](const Stay& a, const Stay& b) {
        return std::tie(a.slot, a.begin) < std::tie(b.slot, b.begin);
    });
    endStays();
    for (std::size_t i = 1; i < m_stays.size(); ++i) {
        const Stay& before = m_stays[i - 1];
        if (before.slot == m_stays[i].slot && before.left > m_stays[i].begin)
            problem(fmt::format(
                "slot {}: {} was copied over {}, which was never evicted", before.slot, text(m_stays[i].key),
                text(before.key)));
    }
}

void Check::endStays()
{
    for (const EvictionRow& eviction : m_rows.evictions) {
        Stay* stay = stayAt(eviction.slot, eviction.time);
        if (stay == nullptr || stay->key != eviction.key || stay->left != kStillThere) {
            problem(fmt::format(
                "{} was evicted from slot {}, where it was not", text(eviction.key), eviction.slot));
            continue;
        }
        stay->left = eviction.time;
        stay->saidUsed = eviction.used;
    }
}

/// The last stay in the slot whose copy had begun by then.
Stay* Check::stayAt(std::int32_t slot, Nanoseconds time)
{
    const auto next = std::upper_bound(
        m_stays.begin(), m_stays.end(), std::pair(slot, time),
        [](const auto& wanted, const Stay& stay) { return wanted < std::pair(stay.slot, stay.begin); });
    return next == m_stays.begin() || (next - 1)->slot != slot ? nullptr : &*(next - 1);
}

void Check::checkUses()
{
    for (const UseRow& use : m_rows.uses) {
        if (use.routed > 0)
            checkUse(use);
    }
    for (const Stay& stay : m_stays) {
        if (stay.left != kStillThere && stay.used != stay.saidUsed)
            problem(fmt::format(
                "{} left slot {} as {}, but uses say otherwise", text(stay.key), stay.slot,
                stay.saidUsed ? "used" : "never used"));
    }
}

void Check::checkUse(const UseRow& use)
{
    const auto where = [&] { return fmt::format("batch {}: {}", use.batch, text(use.key)); };
    const LayerRow* layer = layerOf(use.batch, use.key.layer, use.used);
    if (layer == nullptr || use.used < layer->begin || use.used > layer->end) {
        problem(where() + " was used outside its layer's time");
        return;
    }
    Stay* stay = stayAt(use.slot, use.used);
    if (stay == nullptr || stay->key != use.key || stay->arrived > use.used || stay->left < use.used) {
        problem(fmt::format("{} was used in slot {}, where it was not", where(), use.slot));
        return;
    }
    stay->used = true;
    if (use.outcome != Outcome::hit && stay->arrived < layer->begin)
        problem(where() + " had arrived before its layer began and is no hit");
}

void Check::checkStalls()
{
    std::map<std::pair<const LayerRow*, std::uint16_t>, Outcome> outcomes;
    for (const UseRow& use : m_rows.uses) {
        if (use.routed > 0)
            outcomes[{layerOf(use.batch, use.key.layer, use.used), use.key.expert}] = use.outcome;
    }
    Nanoseconds before = std::numeric_limits<Nanoseconds>::min();
    for (const StallRow& stall : m_rows.stalls) {
        const auto where
            = [&] { return fmt::format("batch {}: the wait for {}", stall.batch, text(stall.key)); };
        const LayerRow* layer = layerOf(stall.batch, stall.key.layer, stall.begin);
        if (layer == nullptr || stall.begin < layer->begin || stall.end > layer->end
            || stall.begin > stall.end)
            problem(where() + " lies outside its layer's time");
        if (stall.begin < before)
            problem(where() + " overlaps the one before it");
        before = stall.end;
        const auto found = outcomes.find({layer, stall.key.expert});
        const bool late = stall.cause == StallCause::late || stall.cause == StallCause::busSaturated;
        const bool agrees = found != outcomes.end()
            && (late                                          ? found->second == Outcome::late
                    : stall.cause == StallCause::evictedEarly ? found->second == Outcome::evictedEarly
                                                              : found->second == Outcome::unpredicted);
        if (!agrees)
            problem(where() + fmt::format(" has the cause {}, its use has not", name(stall.cause)));
    }
}

void Check::checkHash()
{
    std::map<BatchLayer, std::pair<std::uint32_t, std::uint32_t>> sets; // active, predicted
    for (const UseRow& use : m_rows.uses) {
        auto& [active, predicted] = sets[{use.batch, use.key.layer}];
        active += use.routed > 0 ? 1U : 0U;
        predicted += use.predicted > 0 ? 1U : 0U;
    }
    for (const HashRow& hash : m_rows.hash) {
        const auto& [active, predicted] = sets[{hash.batch, hash.layer}];
        if (hash.activeExperts != active || hash.predictedExperts != predicted)
            problem(fmt::format(
                "batch {}, layer {}: {} experts active and {} predicted, by uses {} and {}", hash.batch,
                hash.layer, hash.activeExperts, hash.predictedExperts, active, predicted));
    }
}

void Check::checkMemory()
{
    for (const MemoryRow& row : m_rows.memory) {
        if (std::accumulate(row.bytes.begin(), row.bytes.end(), std::uint64_t{0}) > row.budget)
            problem(fmt::format("at {} ns more memory was held than the budget allows", row.time));
    }
}

void Check::sumBytes()
{
    for (const Stay& stay : m_stays) {
        if (stay.used)
            m_result.usedBytes += stay.bytes;
        else if (stay.left != kStillThere)
            m_result.wastedBytes += stay.bytes;
        else
            m_result.waitingBytes += stay.bytes;
    }
}

} // namespace

Consistency checkConsistency(const Recording& recording)
{
    return Check(recording).run();
}

} // namespace sida::api
