// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/support/scripted_recording.h"

#include "engine/base/units.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace sida::test
{

namespace
{

constexpr Nanoseconds kTableNs = 900000;
constexpr Nanoseconds kExpertNs = 6000;
constexpr Nanoseconds kLayerNs = 90000;
constexpr Nanoseconds kDenseNs = 160000;
constexpr int kLookahead = 8;
constexpr std::uint32_t kPrefetchAhead = 2; // batches; further ahead it would evict what is needed sooner

struct Random {
    std::uint64_t state;
    std::uint32_t next(std::uint32_t below)
    {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>(state >> 33) % below;
    }
};

struct Slot {
    ExpertKey key;
    bool filled = false;
    bool used = false;
    Nanoseconds ready = 0;
    std::uint32_t lastBatch = 0;
};

/// Tokens for each expert of one layer.
using Tokens = std::map<std::uint16_t, std::uint32_t>;

struct Table {
    std::vector<Tokens> routed;
    std::vector<Tokens> predicted;
    Nanoseconds ready = 0;
};

class Script
{
public:
    explicit Script(const RecordingScript& script)
        : m_script(script)
        , m_random{script.seed}
        , m_slots(static_cast<std::size_t>(script.cacheSlots))
    {
    }

    std::shared_ptr<const api::Recording> play();

private:
    api::RunHeader header() const;
    Table makeTable(int batch);
    std::uint16_t pick(int batch, int layer);
    void playBatch(std::uint32_t number);
    void playLayer(std::uint32_t number, std::uint16_t layer, const Table& table);
    void useExpert(api::UseRow& use, std::uint16_t layer, Nanoseconds asked);
    void addCalibration(const api::HashRow& hash);
    void changeBudget(int slots);
    void runBus(Nanoseconds until);
    Slot* find(ExpertKey key);
    Slot* victim(std::uint32_t batch);
    Slot& load(ExpertKey key, api::TransferKind kind, std::uint32_t batch, Nanoseconds queued, Slot& slot);
    void recordMemory(Nanoseconds time);

    struct Wanted {
        ExpertKey key;
        std::uint32_t batch;
        Nanoseconds queued;
    };

    RecordingScript m_script;
    Random m_random;
    api::RecordingChunk m_rows;
    std::vector<Slot> m_slots;
    std::deque<Wanted> m_queue;
    std::map<ExpertKey, Nanoseconds> m_evicted;
    std::map<int, Table> m_tables;
    std::uint32_t m_batch = 0; ///< running now
    Nanoseconds m_now = 50000000;
    Nanoseconds m_tableReady = 0; ///< of the batch that runs
    Nanoseconds m_busFree = 0;
    std::uint64_t m_activations = 0;
};

api::RunHeader Script::header() const
{
    api::RunHeader header;
    header.modelName = "switch-base-" + std::to_string(m_script.experts);
    header.datasetName = "SST-2 validation";
    header.predictorName = m_script.predictor ? "scripted" : "";
    header.policy = m_script.predictor ? api::Policy::sida : api::Policy::onDemand;
    header.lookahead = kLookahead;
    header.batchSize = m_script.samplesPerBatch;
    for (int layer = 0; layer < m_script.layers; ++layer) {
        header.moeLayers.push_back("encoder.block." + std::to_string(2 * layer + 1) + ".layer.1.mlp");
        header.expertsPerLayer.push_back(m_script.experts);
    }
    header.expertBytes = m_script.expertBytes;
    header.residentBytes = 288 * units::kMiB
        + static_cast<std::uint64_t>(m_script.layers) * m_script.experts * m_script.expertBytes;
    header.smallestBytes = 340 * units::kMiB;
    header.totalBatches = static_cast<std::uint64_t>(m_script.batches);
    header.totalSamples = header.totalBatches * static_cast<std::uint64_t>(m_script.samplesPerBatch);
    header.metricName = "accuracy";
    header.provenance = {{"device.name", "Scripted device"}};
    return header;
}

std::uint16_t Script::pick(int batch, int layer)
{
    // A few experts are popular, which ones drifts with the topic, and some never come up.
    const auto experts = static_cast<std::uint32_t>(m_script.experts);
    const std::uint32_t topic = static_cast<std::uint32_t>(batch / 6 % 5);
    const std::uint32_t spread = m_random.next(experts) * m_random.next(experts) / experts;
    const std::uint32_t rank = spread * (1 + m_random.next(4)) / 4;
    const auto scrambled = (rank * 37U + static_cast<std::uint32_t>(layer) * 11U + topic * 3U) % experts;
    return static_cast<std::uint16_t>(scrambled % 13 == 5 ? (scrambled + 1) % experts : scrambled);
}

Table Script::makeTable(int batch)
{
    Table table;
    for (int layer = 0; layer < m_script.layers; ++layer) {
        Tokens routed;
        Tokens predicted;
        for (int token = 0; token < m_script.tokensPerBatch; ++token) {
            const std::uint16_t expert = pick(batch, layer);
            ++routed[expert];
            const bool right = m_random.next(100) < 93;
            ++predicted[right ? expert : pick(batch, layer)];
        }
        table.routed.push_back(std::move(routed));
        table.predicted.push_back(m_script.predictor ? std::move(predicted) : Tokens());
    }
    return table;
}

Slot* Script::find(ExpertKey key)
{
    const auto at = std::find_if(
        m_slots.begin(), m_slots.end(), [key](const Slot& slot) { return slot.filled && slot.key == key; });
    return at == m_slots.end() ? nullptr : &*at;
}

Slot* Script::victim(std::uint32_t batch)
{
    Slot* best = nullptr;
    for (Slot& slot : m_slots) {
        if (!slot.filled)
            return &slot;
        if (slot.lastBatch < batch && (!best || slot.lastBatch < best->lastBatch))
            best = &slot;
    }
    return best;
}

Slot& Script::load(ExpertKey key, api::TransferKind kind, std::uint32_t batch, Nanoseconds queued, Slot& slot)
{
    const Nanoseconds begin = std::max(m_busFree, queued);
    const auto number = static_cast<std::int32_t>(&slot - m_slots.data());
    if (slot.filled) {
        m_rows.evictions.push_back({slot.key, number, begin, api::EvictionReason::slotNeeded, slot.used});
        m_evicted[slot.key] = begin;
        if (slot.lastBatch > m_batch) { // still wanted: it will be fetched again
            const auto later = std::find_if(m_queue.begin(), m_queue.end(), [&slot](const Wanted& wanted) {
                return wanted.batch > slot.lastBatch;
            });
            m_queue.insert(later, {slot.key, slot.lastBatch, begin});
        }
    }
    const bool grows = !slot.filled;
    slot = {key, true, false, begin + m_script.copyNs, batch};
    m_busFree = slot.ready;
    m_rows.transfers.push_back({key, kind, number, batch, m_script.expertBytes, queued, begin, slot.ready});
    if (grows)
        recordMemory(begin);
    return slot;
}

void Script::runBus(Nanoseconds until)
{
    while (!m_queue.empty() && std::max(m_busFree, m_queue.front().queued) < until) {
        const Wanted wanted = m_queue.front();
        if (wanted.batch > m_batch + kPrefetchAhead)
            return;
        if (Slot* there = find(wanted.key)) {
            there->lastBatch = std::max(there->lastBatch, wanted.batch);
        } else {
            Slot* slot = victim(m_batch);
            if (!slot) // every slot holds something that a waiting batch needs
                return;
            load(wanted.key, api::TransferKind::prefetch, wanted.batch, wanted.queued, *slot);
        }
        m_queue.pop_front();
    }
}

void Script::recordMemory(Nanoseconds time)
{
    api::MemoryRow row;
    row.time = m_rows.memory.empty() ? time : std::max(time, m_rows.memory.back().time);
    auto bytes = [&row](api::Purpose purpose) -> std::uint64_t& {
        return row.bytes[static_cast<std::size_t>(purpose)];
    };
    bytes(api::Purpose::denseWeights) = 157 * units::kMiB;
    bytes(api::Purpose::predictor) = m_script.predictor ? 20 * units::kMiB : 0;
    bytes(api::Purpose::staging) = 18 * units::kMiB;
    bytes(api::Purpose::activations) = m_activations;
    bytes(api::Purpose::runtimeContext) = 96 * units::kMiB;
    const auto filled
        = std::count_if(m_slots.begin(), m_slots.end(), [](const Slot& slot) { return slot.filled; });
    bytes(api::Purpose::expertSlots) = static_cast<std::uint64_t>(filled) * m_script.expertBytes;
    row.budget = 330 * units::kMiB + m_slots.size() * m_script.expertBytes;
    m_rows.memory.push_back(row);
}

void Script::useExpert(api::UseRow& use, std::uint16_t layer, Nanoseconds asked)
{
    const ExpertKey key{layer, use.key.expert};
    Slot* slot = find(key);
    api::StallCause cause = api::StallCause::late;
    if (slot && slot->ready <= asked) {
        use.outcome = api::Outcome::hit;
    } else if (slot) {
        use.outcome = api::Outcome::late;
        if (slot->ready - asked > m_script.copyNs)
            cause = api::StallCause::busSaturated;
    } else {
        const auto evicted = m_evicted.find(key);
        const bool queued = std::any_of(
            m_queue.begin(), m_queue.end(), [key](const Wanted& wanted) { return wanted.key == key; });
        if (queued) { // in time, but the bus had no room yet
            use.outcome = api::Outcome::late;
            cause = api::StallCause::busSaturated;
        } else if (use.predicted > 0 && evicted != m_evicted.end() && evicted->second > m_tableReady) {
            use.outcome = api::Outcome::evictedEarly;
            cause = api::StallCause::evictedEarly;
        } else {
            use.outcome = api::Outcome::unpredicted;
            cause = api::StallCause::unpredicted;
        }
        Slot* room = victim(use.batch);
        if (!room) // the one needed last goes
            room = &*std::max_element(m_slots.begin(), m_slots.end(), [](const Slot& a, const Slot& b) {
                return a.lastBatch < b.lastBatch;
            });
        slot = &load(key, api::TransferKind::onDemand, use.batch, m_now, *room);
    }
    if (slot->ready > m_now) {
        m_rows.stalls.push_back({use.batch, key, m_now, slot->ready, cause});
        m_now = slot->ready;
    }
    slot->used = true;
    slot->lastBatch = std::max(slot->lastBatch, use.batch);
    use.slot = static_cast<std::int32_t>(slot - m_slots.data());
    use.used = m_now;
    m_now += kExpertNs;
}

void Script::playLayer(std::uint32_t number, std::uint16_t layer, const Table& table)
{
    runBus(m_now);
    const Nanoseconds begin = m_now;
    api::HashRow hash;
    hash.batch = number;
    hash.layer = layer;
    std::set<std::uint16_t> experts;
    for (const auto& [expert, tokens] : table.routed[layer])
        experts.insert(expert);
    for (const auto& [expert, tokens] : table.predicted[layer])
        experts.insert(expert);
    for (const std::uint16_t expert : experts) {
        api::UseRow use;
        use.batch = number;
        use.key = {layer, expert};
        const auto routed = table.routed[layer].find(expert);
        const auto predicted = table.predicted[layer].find(expert);
        use.routed = routed == table.routed[layer].end() ? 0 : routed->second;
        use.predicted = predicted == table.predicted[layer].end() ? 0 : predicted->second;
        hash.tokens += use.routed;
        hash.tokenHits += std::min(use.routed, use.predicted);
        hash.activeExperts += use.routed > 0;
        hash.predictedExperts += use.predicted > 0;
        hash.correctExperts += use.routed > 0 && use.predicted > 0;
        if (use.routed > 0)
            useExpert(use, layer, begin);
        m_rows.uses.push_back(use);
    }
    m_now += kLayerNs;
    runBus(m_now);
    m_rows.layers.push_back({number, layer, begin, m_now});
    if (!m_script.predictor)
        return;
    m_rows.hash.push_back(hash);
    addCalibration(hash);
}

/// A predictor that is a little too sure, and mostly sure.
void Script::addCalibration(const api::HashRow& hash)
{
    for (const std::uint16_t bin : {2, 5, 7, 8, 9}) {
        const std::uint32_t tokens = hash.tokens * bin / 31;
        const double alpha = (bin + 0.5) / api::kAlphaBins;
        if (tokens > 0)
            m_rows.calibration.push_back(
                {hash.batch, hash.layer, bin, tokens, static_cast<std::uint32_t>(tokens * alpha * 0.875),
                 tokens * alpha});
    }
}

void Script::changeBudget(int slots)
{
    const std::uint64_t fixed = 330 * units::kMiB;
    m_rows.budgets.push_back(
        {m_now,
         fixed + m_slots.size() * m_script.expertBytes,
         fixed + static_cast<std::uint64_t>(slots) * m_script.expertBytes,
         true,
         {}});
    m_slots.resize(static_cast<std::size_t>(slots));
    recordMemory(m_now);
}

void Script::playBatch(std::uint32_t number)
{
    const int batch = static_cast<int>(number);
    if (batch == m_script.budgetChangeAt)
        changeBudget(m_script.cacheSlotsAfterChange);
    if (m_script.refusedChange && batch == m_script.batches * 3 / 4)
        m_rows.budgets.push_back(
            {m_now, m_rows.memory.back().budget, 8 * units::kMiB, false,
             "the smallest budget that works is 340 MiB"});
    const Nanoseconds begin = m_now;
    m_batch = number;
    m_activations = (28 + m_random.next(6)) * units::kMiB;
    recordMemory(begin);
    for (int ahead = batch; ahead <= batch + kLookahead && ahead < m_script.batches; ++ahead) {
        if (m_tables.contains(ahead))
            continue;
        Table table = makeTable(ahead);
        const Nanoseconds built
            = m_rows.hashBuilds.empty() ? 0 : std::max(begin, m_rows.hashBuilds.back().end);
        table.ready = std::max(begin - kTableNs, built) + kTableNs;
        if (m_script.predictor)
            m_rows.hashBuilds.push_back(
                {static_cast<std::uint32_t>(ahead), table.ready - kTableNs, table.ready});
        for (std::uint16_t layer = 0; layer < table.predicted.size(); ++layer)
            for (const auto& [expert, tokens] : table.predicted[layer])
                m_queue.push_back({{layer, expert}, static_cast<std::uint32_t>(ahead), table.ready});
        m_tables[ahead] = std::move(table);
    }
    const Table table = m_tables[batch];
    m_tables[batch] = {};
    m_tableReady = table.ready;
    for (std::uint16_t layer = 0; layer < m_script.layers; ++layer) {
        m_now += kDenseNs;
        playLayer(number, layer, table);
    }
    m_queue.erase(
        std::remove_if(
            m_queue.begin(), m_queue.end(),
            [number](const Wanted& wanted) { return wanted.batch <= number; }),
        m_queue.end());
    const auto samples = static_cast<std::uint32_t>(m_script.samplesPerBatch);
    for (std::uint32_t i = 0; i < samples; ++i) {
        const auto label = static_cast<std::int32_t>(m_random.next(2));
        const std::int32_t answer = m_random.next(100) < 92 ? label : 1 - label;
        m_rows.samples.push_back(
            {std::uint64_t{number} * samples + i, number,
             static_cast<std::uint32_t>(m_script.tokensPerBatch) / std::max(1U, samples), label, answer, -1});
    }
    m_rows.batches.push_back(
        {number, begin, m_now, samples, static_cast<std::uint32_t>(m_script.tokensPerBatch),
         m_script.predictor ? table.ready : -1});
}

std::shared_ptr<const api::Recording> Script::play()
{
    recordMemory(m_now - 1000000);
    for (int batch = 0; batch < m_script.batches; ++batch)
        playBatch(static_cast<std::uint32_t>(batch));
    auto recording = std::make_shared<api::Recording>();
    recording->header = header();
    recording->rows = std::move(m_rows);
    return recording;
}

} // namespace

std::shared_ptr<const api::Recording> scriptedRecording(const RecordingScript& script)
{
    return Script(script).play();
}

} // namespace sida::test
