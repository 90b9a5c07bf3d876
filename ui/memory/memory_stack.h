// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/plot/columns.h"
#include "ui/plot/ticks.h"

#include <array>
#include <vector>

namespace sida::ui
{

/// From the bottom of the stack to its top: what stays at the bottom, what breathes at the top.
constexpr std::array<api::Purpose, api::kPurposes> kStackOrder
    = {api::Purpose::runtimeContext, api::Purpose::denseWeights, api::Purpose::predictor,
       api::Purpose::staging,        api::Purpose::activations,  api::Purpose::expertSlots};

/// A stretch of pixels in which one row holds. Where several rows fall on a pixel the largest is shown, so
/// that no peak is lost by zooming out.
struct StackRun {
    int left = 0;
    int right = 0; ///< one past the last pixel
    std::size_t row = 0;
};

std::vector<StackRun> stackRuns(const RecordingModel& model, const TimeScale& scale);

/// GiB or MiB, whichever suits the largest value.
struct MemoryUnit {
    double bytes = 1;
    const char* name = "";
    int decimals = 0;
    static MemoryUnit forMaximum(std::uint64_t bytes);
    QString text(std::uint64_t value) const;
};

/// Bytes to pixel.
struct ByteScale {
    MemoryUnit unit;
    Ticks ticks; ///< in the unit
    double most = 1; ///< value at the top, in the unit
    int bottom = 0;
    int height = 1;
    int y(double bytes) const;
    static ByteScale of(std::uint64_t largest, const QRect& plot);
};

} // namespace sida::ui
