// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/safetensors.h"
#include "engine/dataset/batch.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace sida::test
{

/// What Hugging Face's transformers computed, by name, see the scripts beside the files.
class Golden
{
public:
    explicit Golden(const std::filesystem::path& path);

    int count() const { return m_count; } ///< of samples
    bool has(const std::string& name) const { return m_file.find(name) != nullptr; }
    std::vector<float> floats(const std::string& name) const;
    std::vector<std::int64_t> integers(const std::string& name) const;
    std::vector<std::int32_t> ids(const std::string& name) const;

private:
    checkpoint::SafetensorsFile m_file;
    int m_count = 0;
};

/// Some samples as a batch, longer by `extraPadding` than it need be; targets where the file has labels.
dataset::TokenBatch batchOf(const Golden& golden, const std::vector<int>& samples, int extraPadding);

/// Within `tolerance` of the largest value.
void expectClose(
    std::span<const float> ours, const std::vector<float>& theirs, const std::string& what,
    float tolerance = 1e-4F);

} // namespace sida::test
