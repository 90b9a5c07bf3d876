// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/ui/large_recording.h"

#include "engine/base/units.h"

namespace sida::bench
{

namespace
{

std::uint32_t scrambled(std::uint64_t value)
{
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccdULL;
    value ^= value >> 33;
    return static_cast<std::uint32_t>(value);
}

} // namespace

api::RunHeader largeHeader(const LargeScript& script)
{
    api::RunHeader header;
    header.modelName = "large";
    header.datasetName = "generated";
    header.predictorName = "generated";
    header.policy = api::Policy::sida;
    for (std::uint16_t layer = 0; layer < script.layers; ++layer) {
        header.moeLayers.push_back("encoder.block." + std::to_string(2 * layer + 1) + ".layer.1.mlp");
        header.expertsPerLayer.push_back(script.experts);
    }
    header.expertBytes = 9 * units::kMiB;
    header.residentBytes = 7 * units::kGiB;
    header.smallestBytes = units::kGiB / 4;
    header.totalBatches = script.batches;
    header.totalSamples = std::uint64_t{script.batches} * script.samplesPerBatch;
    return header;
}

api::RecordingChunk largeRows(const LargeScript& script, std::uint32_t first, std::uint32_t last)
{
    api::RecordingChunk rows;
    const Nanoseconds layerNs = script.batchNs / (script.layers + 1);
    for (std::uint32_t batch = first; batch < last; ++batch) {
        const Nanoseconds begin = Nanoseconds{batch} * script.batchNs;
        const Nanoseconds work = script.batchNs - scrambled(batch) % (script.batchNs / 2);
        const std::uint32_t tokens = 200 + scrambled(batch + 7) % 200;
        rows.hashBuilds.push_back({batch, begin, begin + script.batchNs / 5});
        for (std::uint16_t layer = 0; layer < script.layers; ++layer) {
            const Nanoseconds from = begin + layer * layerNs;
            rows.layers.push_back({batch, layer, from, from + layerNs / 2});
            const std::uint32_t hits = tokens - scrambled(batch * 3ULL + layer) % 40;
            rows.hash.push_back({batch, layer, tokens, hits, 12, 12, 10});
        }
        for (std::uint32_t copy = 0; copy < script.copiesPerBatch; ++copy) {
            const std::uint32_t chance = scrambled(std::uint64_t{batch} * 64 + copy);
            const ExpertKey key{
                static_cast<std::uint16_t>(chance % script.layers),
                static_cast<std::uint16_t>((chance >> 8) % script.experts)};
            const Nanoseconds from = begin + copy * (script.batchNs / script.copiesPerBatch);
            const Nanoseconds to = from + 176'000;
            const bool demand = chance % 5 == 0;
            rows.evictions.push_back({key, static_cast<std::int32_t>(copy), from});
            rows.transfers.push_back(
                {key, demand ? api::TransferKind::onDemand : api::TransferKind::prefetch,
                 static_cast<std::int32_t>(chance % 200), batch, 9 * units::kMiB, from - 100'000, from, to});
            if (chance % 2 == 0)
                rows.stalls.push_back({batch, key, from, to, static_cast<api::StallCause>(chance / 2 % 4)});
        }
        for (std::uint32_t use = 0; use < script.usesPerBatch; ++use) {
            const std::uint32_t chance = scrambled(std::uint64_t{batch} * 128 + use + 99);
            const ExpertKey key{
                static_cast<std::uint16_t>(use % script.layers),
                static_cast<std::uint16_t>(chance % script.experts * (chance >> 9) % script.experts)};
            rows.uses.push_back(
                {batch, key, 1 + chance % 9, chance % 10, chance % 4 ? api::Outcome::hit : api::Outcome::late,
                 static_cast<std::int32_t>(use), begin + (use % script.layers) * layerNs});
        }
        for (int part = 0; part < 2; ++part) {
            api::MemoryRow memory;
            memory.time = begin + part * script.batchNs / 2;
            memory.bytes
                = {160 * units::kMiB,
                   20 * units::kMiB,
                   units::kGiB,
                   18 * units::kMiB,
                   (20 + scrambled(batch * 2ULL + static_cast<unsigned>(part)) % 40) * units::kMiB,
                   96 * units::kMiB};
            memory.budget = units::kGiB + 400 * units::kMiB;
            rows.memory.push_back(memory);
        }
        for (std::uint32_t sample = 0; sample < script.samplesPerBatch; ++sample)
            rows.samples.push_back(
                {std::uint64_t{batch} * script.samplesPerBatch + sample, batch,
                 tokens / script.samplesPerBatch, 1,
                 static_cast<std::int32_t>(scrambled(batch + sample) % 8 != 0)});
        rows.batches.push_back(
            {batch, begin, begin + work, script.samplesPerBatch, tokens, begin - 1'000'000});
    }
    return rows;
}

} // namespace sida::bench
