// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <cstddef>
#include <vector>

namespace sida::report
{

/// A run as a few evenly spaced means, however long it was. NaN where nothing was measured.
struct RunSeries {
    Nanoseconds origin = 0; ///< the first batch's begin, zero of the time axis
    double seconds = 0;
    double bucketSeconds = 0;
    std::vector<double> samplesPerSecond;
    std::vector<double> hitRate;
    std::vector<double> gigabytesPerSecond;

    bool empty() const { return samplesPerSecond.empty(); }
};

/// At most `buckets` means. A batch with its uses, and a copy, count in each bucket by the share of
/// their time in it.
RunSeries summariseOverTime(const api::RecordingChunk& rows, std::size_t buckets = 120);

} // namespace sida::report
