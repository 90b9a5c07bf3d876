// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace sida::test
{

/// A run that never happened but could have: one bus, one compute thread, a slot cache, a predictor that
/// errs. The same script gives the same rows, byte for byte, on every machine.
struct RecordingScript {
    int batches = 40;
    int layers = 3;
    int experts = 64; ///< per layer
    int samplesPerBatch = 1;
    int tokensPerBatch = 25;
    int cacheSlots = 48;
    int cacheSlotsAfterChange = 72;
    int budgetChangeAt = 20; ///< batch before which the budget is raised; -1 = never
    bool refusedChange = false; ///< three quarters through, a budget is asked for that does not fit
    bool predictor = true;
    std::uint64_t expertBytes = 9437184;
    Nanoseconds copyNs = 176000; ///< one expert over the bus
    std::uint64_t seed = 7;
};

std::shared_ptr<const api::Recording> scriptedRecording(const RecordingScript& script = {});

/// The same rows as they would arrive live, some batches at a time.
std::vector<std::shared_ptr<const api::RecordingChunk>>
chunksOf(const api::Recording& recording, int batchesPerChunk);

} // namespace sida::test
