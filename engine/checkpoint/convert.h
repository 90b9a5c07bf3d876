// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/checkpoint/checkpoint.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace sida::checkpoint
{

struct ConvertOptions {
    std::uint64_t shardBytes = 5'000'000'000; ///< most data in one file, as transformers has it
    /// Text of a JSON value that config.json gets under "sida_studio", in place of one that is there; empty:
    /// config.json stays as it is, byte for byte.
    std::string ownConfig = {};
};

struct Converted {
    int tensors = 0;
    int files = 0; ///< of weights
    std::uint64_t bytes = 0; ///< of the tensors
    std::uint64_t dropped = 0; ///< copies of a tied tensor that are the same bytes as another
};

/// Writes a model folder again with its weights as safetensors, in the types they have, and with its
/// configuration and tokenizer; Hugging Face's transformers loads it.
///
/// Nothing is kept in memory but a few megabytes, or one tensor that lies with strides. `out` must not be
/// there, or be an empty folder: it appears when it is whole. Progress is in bytes.
Result<Converted> convertCheckpoint(
    const Checkpoint& checkpoint, const std::filesystem::path& out, const ConvertOptions& options,
    const ProgressSink& progress, const std::stop_token& stop);
/// The same for a folder.
Result<Converted> convertCheckpoint(
    const std::filesystem::path& folder, const std::filesystem::path& out, const ConvertOptions& options,
    const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::checkpoint
