// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/parity/model/golden.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace sida::test
{

Golden::Golden(const std::filesystem::path& path)
    : m_file(checkpoint::SafetensorsFile::open(path).value())
{
    while (has("input_ids." + std::to_string(m_count)))
        ++m_count;
}

std::vector<float> Golden::floats(const std::string& name) const
{
    const auto* entry = m_file.find(name);
    EXPECT_NE(entry, nullptr) << name;
    if (entry == nullptr)
        return {};
    std::vector<float> values(entry->elements());
    EXPECT_TRUE(m_file.readF32(*entry, values));
    return values;
}

std::vector<std::int64_t> Golden::integers(const std::string& name) const
{
    const auto* entry = m_file.find(name);
    EXPECT_NE(entry, nullptr) << name;
    if (entry == nullptr)
        return {};
    std::vector<std::int64_t> values(entry->elements());
    EXPECT_TRUE(m_file.read(*entry, std::as_writable_bytes(std::span(values))));
    return values;
}

std::vector<std::int32_t> Golden::ids(const std::string& name) const
{
    const std::vector<std::int64_t> values = integers(name);
    return {values.begin(), values.end()};
}

dataset::TokenBatch batchOf(const Golden& golden, const std::vector<int>& samples, int extraPadding)
{
    dataset::TokenBatch batch;
    batch.rows = static_cast<int>(samples.size());
    std::vector<std::vector<std::int32_t>> ids;
    for (const int sample : samples) {
        ids.push_back(golden.ids("input_ids." + std::to_string(sample)));
        batch.lengths.push_back(static_cast<int>(ids.back().size()));
        batch.samples.push_back(static_cast<std::uint64_t>(sample));
        batch.labels.push_back(-1);
        const std::string labels = "labels." + std::to_string(sample);
        batch.targets.push_back(golden.has(labels) ? golden.ids(labels) : std::vector<std::int32_t>());
        batch.length = std::max(batch.length, batch.lengths.back());
    }
    batch.length += extraPadding;
    for (auto& row : ids) {
        row.resize(static_cast<std::size_t>(batch.length), 0);
        batch.ids.insert(batch.ids.end(), row.begin(), row.end());
    }
    return batch;
}

void expectClose(
    std::span<const float> ours, const std::vector<float>& theirs, const std::string& what, float tolerance)
{
    ASSERT_EQ(ours.size(), theirs.size()) << what;
    float largest = 0;
    float difference = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        ASSERT_TRUE(std::isfinite(ours[i]) && std::isfinite(theirs[i])) << what;
        largest = std::max(largest, std::abs(theirs[i]));
        difference = std::max(difference, std::abs(ours[i] - theirs[i]));
    }
    EXPECT_LE(difference, tolerance * largest) << what;
}

} // namespace sida::test
