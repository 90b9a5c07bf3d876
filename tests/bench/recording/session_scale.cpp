// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How large the session of a long run is, and how fast its events are written.
//
//     session_scale FILE.sida [SAMPLES [BATCH_SIZE [SLOTS]]]
//
// Writes the session of a run that never was but could have been: an encoder like switch-base-128's (6 MoE
// layers of 128 experts), sentences of 25 tokens, a predictor that is right nine times out of ten, an LRU
// cache of SLOTS experts (154, a fifth). Which expert a token goes to follows a Zipf distribution, as
// measured loads do. Prints the bytes of the file and by event, and events a second of the writer alone.
#include "engine/session/session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <list>
#include <random>
#include <string>
#include <unordered_map>

namespace
{

using namespace sida;

constexpr int kLayers = 6;
constexpr int kExperts = 128;
constexpr int kTokens = 25;
constexpr Nanoseconds kCopy = 400'000;
constexpr Nanoseconds kCompute = 300'000;

class Run
{
public:
    Run(int batchSize, int slots)
        : m_batchSize(batchSize)
        , m_slots(slots)
    {
        std::array<double, kExperts> weights{};
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = 1 / std::pow(static_cast<double>(i + 1), 0.8);
        m_expert = std::discrete_distribution<int>(weights.begin(), weights.end());
    }

    api::RecordingChunk batch(std::uint32_t number)
    {
        api::RecordingChunk rows;
        const Nanoseconds begin = m_now;
        for (int layer = 0; layer < kLayers; ++layer)
            playLayer(rows, number, static_cast<std::uint16_t>(layer));
        rows.batches.push_back(
            {number, begin, m_now, static_cast<std::uint32_t>(m_batchSize),
             static_cast<std::uint32_t>(m_batchSize * kTokens), begin - 1000});
        rows.hashBuilds.push_back({number, begin - 2000, begin - 1000});
        for (int i = 0; i < m_batchSize; ++i) {
            api::SampleRow sample;
            sample.index = std::uint64_t{number} * static_cast<std::uint64_t>(m_batchSize)
                + static_cast<std::uint64_t>(i);
            sample.batch = number;
            sample.tokens = kTokens;
            sample.label = static_cast<std::int32_t>(m_random() & 1U);
            sample.prediction = static_cast<std::int32_t>(m_random() & 1U);
            rows.samples.push_back(sample);
        }
        return rows;
    }

private:
    void playLayer(api::RecordingChunk& rows, std::uint32_t number, std::uint16_t layer)
    {
        std::array<std::uint32_t, kExperts> routed{};
        std::array<std::uint32_t, kExperts> predicted{};
        for (int token = 0; token < m_batchSize * kTokens; ++token) {
            const int expert = (m_expert(m_random) * 37 + layer * 11) % kExperts;
            ++routed[static_cast<std::size_t>(expert)];
            const int guess = m_random() % 10 != 0 ? expert : static_cast<int>(m_random() % kExperts);
            ++predicted[static_cast<std::size_t>(guess)];
        }
        const Nanoseconds begin = m_now;
        std::uint32_t active = 0;
        std::uint32_t foretold = 0;
        std::uint32_t both = 0;
        for (std::uint16_t expert = 0; expert < kExperts; ++expert) {
            const bool isUsed = routed[expert] > 0;
            const bool isForetold = predicted[expert] > 0;
            active += isUsed ? 1 : 0;
            foretold += isForetold ? 1 : 0;
            both += isUsed && isForetold ? 1 : 0;
            if (!isUsed && !isForetold)
                continue;
            api::UseRow use;
            use.batch = number;
            use.key = {layer, expert};
            use.routed = routed[expert];
            use.predicted = predicted[expert];
            const bool wasThere = touch(rows, use.key, number, isForetold);
            use.outcome = wasThere ? api::Outcome::hit
                : isForetold       ? api::Outcome::late
                                   : api::Outcome::unpredicted;
            use.slot = static_cast<std::int32_t>(m_random() % static_cast<unsigned>(m_slots));
            if (isUsed)
                use.used = m_now += kCompute / 20;
            if (isUsed && !wasThere)
                rows.stalls.push_back(
                    {number, use.key, m_now, m_now + kCopy,
                     isForetold ? api::StallCause::late : api::StallCause::unpredicted});
            rows.uses.push_back(use);
        }
        m_now += kCompute;
        rows.layers.push_back({number, layer, begin, m_now});
        rows.hash.push_back(
            {number, layer, static_cast<std::uint32_t>(m_batchSize * kTokens),
             static_cast<std::uint32_t>(m_batchSize * kTokens * 9 / 10), foretold, active, both});
    }

    /// True when it was in the cache; else it is copied, and who was used longest ago leaves.
    bool touch(api::RecordingChunk& rows, ExpertKey key, std::uint32_t number, bool isForetold)
    {
        const int index = key.layer * kExperts + key.expert;
        if (const auto found = m_where.find(index); found != m_where.end()) {
            m_order.splice(m_order.begin(), m_order, found->second);
            return true;
        }
        const auto slot = static_cast<std::int32_t>(m_order.size());
        if (slot >= m_slots) {
            const int leaves = m_order.back();
            const ExpertKey gone{
                static_cast<std::uint16_t>(leaves / kExperts), static_cast<std::uint16_t>(leaves % kExperts)};
            rows.evictions.push_back({gone, slot % m_slots, m_now, api::EvictionReason::slotNeeded, true});
            m_where.erase(leaves);
            m_order.pop_back();
        }
        m_order.push_front(index);
        m_where[index] = m_order.begin();
        rows.transfers.push_back(
            {key, isForetold ? api::TransferKind::prefetch : api::TransferKind::onDemand, slot % m_slots,
             number, 9'437'184, m_now, m_now + 1000, m_now + kCopy});
        return false;
    }

    const int m_batchSize;
    const int m_slots;
    std::mt19937 m_random{7};
    std::discrete_distribution<int> m_expert;
    std::list<int> m_order; ///< of the cache, latest first
    std::unordered_map<int, std::list<int>::iterator> m_where;
    Nanoseconds m_now = 10'000;
};

std::uint64_t events(const api::RecordingChunk& rows)
{
    return rows.batches.size() + rows.layers.size() + rows.uses.size() + rows.transfers.size()
        + rows.evictions.size() + rows.stalls.size() + rows.hash.size() + rows.hashBuilds.size()
        + rows.samples.size();
}

int numberOr(int argc, char** argv, int place, int otherwise)
{
    return argc > place ? std::max(1, std::atoi(argv[place])) : otherwise;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        fmt::print(stderr, "usage: session_scale FILE.sida [SAMPLES [BATCH_SIZE [SLOTS]]]\n");
        return 2;
    }
    const int samples = numberOr(argc, argv, 2, 100'000);
    const int batchSize = numberOr(argc, argv, 3, 32);
    const int slots = numberOr(argc, argv, 4, kLayers * kExperts / 5);
    const auto batches = static_cast<std::uint32_t>(samples / batchSize);
    api::RunHeader header;
    header.modelName = "like switch-base-128";
    header.datasetName = "made up";
    header.predictorName = "made up";
    header.policy = api::Policy::sida;
    header.batchSize = batchSize;
    for (int layer = 0; layer < kLayers; ++layer) {
        header.moeLayers.push_back(fmt::format("encoder.block.{}.layer.1.mlp", 2 * layer + 1));
        header.expertsPerLayer.push_back(kExperts);
    }
    header.expertBytes = 9'437'184;
    header.residentBytes = header.expertBytes * kLayers * kExperts + 600'000'000;
    header.smallestBytes = header.expertBytes * 2 + 600'000'000;
    header.totalBatches = batches;
    header.totalSamples = static_cast<std::uint64_t>(samples);
    auto writer = session::SessionWriter::create(argv[1], header, true);
    if (!writer) {
        fmt::print(stderr, "{}\n", writer.error().message);
        return 1;
    }
    Run run(batchSize, slots);
    std::uint64_t written = 0;
    double seconds = 0;
    api::FigureAccumulator figures(header);
    api::RecordingChunk memory;
    api::MemoryRow row;
    row.bytes[static_cast<std::size_t>(api::Purpose::denseWeights)] = 500'000'000;
    row.bytes[static_cast<std::size_t>(api::Purpose::expertSlots)]
        = header.expertBytes * static_cast<std::uint64_t>(slots);
    row.budget = 600'000'000 + header.expertBytes * static_cast<std::uint64_t>(slots);
    memory.memory.push_back(row);
    figures.add(memory);
    Status status = (*writer)->write(memory);
    api::RecordingChunk chunk;
    for (std::uint32_t number = 0; number < batches && status; ++number) {
        chunk.append(run.batch(number));
        if (events(chunk) < 200'000 && number + 1 < batches)
            continue;
        figures.add(chunk);
        const auto begin = std::chrono::steady_clock::now();
        status = (*writer)->write(chunk);
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        written += events(chunk);
        chunk = {};
    }
    if (status)
        status = (*writer)->finish(api::RecordingState::complete, {}, figures.figures());
    if (!status) {
        fmt::print(stderr, "{}\n", status.error().message);
        return 1;
    }
    const auto bytes = std::filesystem::file_size(argv[1]);
    fmt::print(
        "{} samples in batches of {}: {} events, {:.1f} MB, {:.1f} bytes an event, {:.2f} M events/s "
        "written\n",
        samples, batchSize, written, static_cast<double>(bytes) * 1e-6,
        static_cast<double>(bytes) / static_cast<double>(written),
        static_cast<double>(written) * 1e-6 / seconds);
    return 0;
}
