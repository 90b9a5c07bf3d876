// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/checkpoint/safetensors.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What the files of all kinds of predictors have in common.
namespace sida::predictor
{

constexpr int kFileVersion = 1; ///< raise it when a reader of this version could misunderstand the file
constexpr int kLargestWidth = 1 << 16;
constexpr int kMostExperts = 65535; ///< expert numbers travel as 16 bits

/// Name, shape and place of a tensor.
struct TensorSlot {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float>* values = nullptr;
};

/// A file and what its metadata says. The tensors are unchecked.
struct PredictorHeader {
    checkpoint::SafetensorsFile file;
    api::PredictorInfo info;
};
Result<PredictorHeader> openHeader(const std::filesystem::path& path);

/// Every slot is there in that shape, and no other tensor. Returns the number of parameters.
Result<std::uint64_t>
checkTensors(const checkpoint::SafetensorsFile& file, const std::vector<TensorSlot>& slots);
/// Checked slots; values that are not finite are refused.
Status readTensors(const checkpoint::SafetensorsFile& file, const std::vector<TensorSlot>& slots);

/// Written atomically; what is common to all kinds is added to `metadata` from `info`.
Status writeTensors(
    const std::filesystem::path& path, const api::PredictorInfo& info, const std::vector<TensorSlot>& slots,
    std::map<std::string, std::string> metadata);

} // namespace sida::predictor
