// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/safetensors.h"
#include "engine/experts/cache_simulation.h"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace sida::test
{

/// The recorded trace of tests/fixtures/traces. `told`: "lstm", "shadow", "routed" (a predictor that is
/// always right), or empty for no tables.
inline experts::UseTrace readUseTrace(const std::filesystem::path& file, const std::string& told)
{
    constexpr int kExperts = 128;
    auto opened = checkpoint::SafetensorsFile::open(file);
    if (!opened)
        throw std::runtime_error(opened.error().message);
    const auto read = [&](const std::string& name, std::vector<std::int64_t>& shape) {
        const checkpoint::TensorEntry* entry = opened->find(name);
        if (entry == nullptr)
            throw std::runtime_error(file.string() + ": no tensor " + name);
        shape = entry->shape;
        std::vector<std::uint8_t> values(entry->elements());
        const Status status = opened->read(*entry, std::as_writable_bytes(std::span(values)));
        if (!status)
            throw std::runtime_error(status.error().message);
        return values;
    };
    std::vector<std::int64_t> shape;
    const std::vector<std::uint8_t> routed = read("routed", shape);
    const auto batches = static_cast<std::size_t>(shape[0]);
    const auto layers = static_cast<std::size_t>(shape[1]);
    const auto tokens = static_cast<std::size_t>(shape[2]);

    experts::UseTrace trace;
    trace.expertsPerLayer.assign(layers, kExperts);
    trace.uses.resize(batches);
    for (std::size_t i = 0; i < batches * layers; ++i) {
        experts::LayerTable layer;
        layer.experts.assign(
            routed.begin() + static_cast<std::ptrdiff_t>(i * tokens),
            routed.begin() + static_cast<std::ptrdiff_t>((i + 1) * tokens));
        countPredicted(layer, kExperts);
        auto& uses = trace.uses[i / layers].emplace_back();
        for (const experts::LayerTable::Count& count : layer.predicted)
            uses.push_back({count.expert, count.tokens});
    }
    if (told.empty())
        return trace;
    // The most probable expert of each token, which is what a run prefetches by default.
    const std::vector<std::uint8_t> guesses = read(told, shape);
    const std::size_t choices = shape.size() > 3 ? static_cast<std::size_t>(shape[3]) : 1;
    for (std::size_t batch = 0; batch < batches; ++batch) {
        experts::HashTable& table = trace.tables.emplace_back();
        table.batch = static_cast<std::uint32_t>(batch);
        table.tokens = static_cast<int>(tokens);
        for (std::size_t layer = 0; layer < layers; ++layer) {
            experts::LayerTable& entry = table.layers.emplace_back();
            for (std::size_t token = 0; token < tokens; ++token)
                entry.experts.push_back(guesses[((batch * layers + layer) * tokens + token) * choices]);
            countPredicted(entry, kExperts);
        }
    }
    return trace;
}

} // namespace sida::test
