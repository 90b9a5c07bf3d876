// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <memory>

namespace sida::bench
{

struct LargeScript {
    std::uint32_t batches = 250'000;
    std::uint32_t samplesPerBatch = 20; ///< 5 million samples
    std::uint32_t copiesPerBatch = 4; ///< 1 million transfers, each with the eviction that made room
    std::uint32_t usesPerBatch = 12;
    std::uint16_t layers = 6;
    std::uint16_t experts = 128;
    Nanoseconds batchNs = 4'000'000;
};

api::RunHeader largeHeader(const LargeScript& script);
/// The rows of the batches [first, last): the same for the same numbers, however they are cut.
api::RecordingChunk largeRows(const LargeScript& script, std::uint32_t first, std::uint32_t last);

} // namespace sida::bench
