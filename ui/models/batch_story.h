// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"

#include <array>
#include <optional>
#include <vector>

namespace sida::ui
{

/// Waits of one layer of one batch.
struct LayerStory {
    std::uint16_t layer = 0;
    TimeRange range;
    Nanoseconds stalled = 0;
    std::array<Nanoseconds, api::kStallCauses> stalledBy{};
    int used = 0; ///< experts
    int missed = 0; ///< of them not resident when the layer began
};

/// What made one batch as slow or fast as it was.
struct BatchStory {
    api::BatchRow batch;
    Nanoseconds median = 0; ///< of the batches under the same budget
    std::uint64_t compared = 0; ///< how many those were
    double usualExperts = 0; ///< mean of the batches nearby
    Nanoseconds stalled = 0;
    std::array<Nanoseconds, api::kStallCauses> stalledBy{};
    std::array<int, api::kOutcomes> outcomes{}; ///< experts used
    int used = 0;
    int predictedUnused = 0; ///< experts predicted that no token went to
    std::uint64_t bytesBefore = 0; ///< copied for this batch before it began
    std::uint64_t bytesDuring = 0; ///< copied while it ran, for any batch
    Nanoseconds busDuring = 0; ///< time the bus copied while it ran
    std::vector<LayerStory> layers;

    Nanoseconds length() const { return batch.end - batch.begin; }
    /// The layer that waited longest; the first without waits.
    std::uint16_t slowestLayer() const;
    std::optional<api::StallCause> largestCause() const;
};

/// Nothing when the recording has no such batch.
std::optional<BatchStory> tellBatch(const RecordingModel& model, std::uint32_t batch);

/// One expert of one layer on its way to and through one batch.
struct ExpertLife {
    ExpertKey key;
    std::uint32_t routed = 0; ///< tokens; 0 = predicted in vain
    std::uint32_t predicted = 0; ///< tokens
    api::Outcome outcome = api::Outcome::hit;
    Nanoseconds predictedAt = -1; ///< its table was ready; -1 when not predicted
    Nanoseconds usedAt = -1;
    Nanoseconds waited = 0; ///< of the layer, until this expert came
    std::optional<api::StallCause> cause; ///< of the longest wait for it
    std::vector<api::TransferRow> copies; ///< that ended in the stretch that was looked at
    std::vector<api::EvictionRow> evictions;
    std::vector<TimeRange> resident;

    /// The copy that brought it for this use; null when it had been there.
    const api::TransferRow* arrival() const;
};

/// The experts that a layer of a batch used or was told to expect, those that were waited for last, in the
/// order in which they came. Looks at `stretch`, which should hold the batch.
std::vector<ExpertLife>
tellExperts(const RecordingModel& model, const BatchStory& story, std::uint16_t layer, TimeRange stretch);

} // namespace sida::ui
