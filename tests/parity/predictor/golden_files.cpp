// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/parity/predictor/golden_files.h"

#include "engine/checkpoint/safetensors.h"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace sida::predictor::test
{

namespace
{

template <typename T>
T valueOf(Result<T> result)
{
    if (!result)
        throw std::runtime_error(result.error().message);
    return std::move(*result);
}

std::vector<float> floatsOf(const checkpoint::SafetensorsFile& file, const std::string& name)
{
    const checkpoint::TensorEntry* entry = file.find(name);
    if (!entry)
        throw std::runtime_error("no tensor " + name);
    std::vector<float> values(entry->elements());
    if (const Status status = file.readF32(*entry, values); !status)
        throw std::runtime_error(status.error().message);
    return values;
}

std::vector<std::int32_t> idsOf(const checkpoint::SafetensorsFile& file, const checkpoint::TensorEntry& entry)
{
    std::vector<std::int64_t> wide(entry.elements());
    if (const Status status = file.read(entry, std::as_writable_bytes(std::span(wide))); !status)
        throw std::runtime_error(status.error().message);
    return {wide.begin(), wide.end()};
}

} // namespace

Golden readGolden(const std::filesystem::path& path, const std::string& prefix, std::size_t layers)
{
    const auto file = valueOf(checkpoint::SafetensorsFile::open(path));
    Golden golden;
    for (std::size_t i = 0;; ++i) {
        const checkpoint::TensorEntry* entry = file.find("input_ids." + std::to_string(i));
        if (!entry)
            return golden;
        golden.sentences.push_back(idsOf(file, *entry));
        golden.logits.emplace_back();
        for (std::size_t layer = 0; layer < layers; ++layer)
            golden.logits.back().push_back(
                floatsOf(file, prefix + "." + std::to_string(layer) + "." + std::to_string(i)));
    }
}

std::vector<std::int32_t> readIds(const std::filesystem::path& path, const std::string& name)
{
    const auto file = valueOf(checkpoint::SafetensorsFile::open(path));
    const checkpoint::TensorEntry* entry = file.find(name);
    if (!entry)
        throw std::runtime_error("no tensor " + name);
    return idsOf(file, *entry);
}

std::vector<float> readTensor(const std::filesystem::path& path, const std::string& name)
{
    return floatsOf(valueOf(checkpoint::SafetensorsFile::open(path)), name);
}

dataset::TokenBatch batchOf(const Golden& golden, const std::vector<std::size_t>& indices)
{
    dataset::TokenBatch batch;
    batch.rows = static_cast<int>(indices.size());
    for (const std::size_t index : indices) {
        batch.lengths.push_back(static_cast<int>(golden.sentences[index].size()));
        batch.samples.push_back(index);
    }
    batch.length = *std::max_element(batch.lengths.begin(), batch.lengths.end());
    const auto length = static_cast<std::size_t>(batch.length);
    batch.ids.resize(indices.size() * length, 0);
    for (std::size_t row = 0; row < indices.size(); ++row)
        std::copy(
            golden.sentences[indices[row]].begin(), golden.sentences[indices[row]].end(),
            batch.ids.begin() + static_cast<std::ptrdiff_t>(row * length));
    return batch;
}

} // namespace sida::predictor::test
