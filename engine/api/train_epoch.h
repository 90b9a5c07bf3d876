// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace sida::api
{

/// What one pass of a predictor's training over its data came to.
struct TrainEpoch {
    int epoch = 0; ///< counts from 1
    double loss = 0;
    double heldOutTop1 = 0; ///< hash-hit rates on the held-out samples
    double heldOutTop3 = 0;
    double seconds = 0;
    std::string kind = {}; ///< of the predictor that learned
    bool operator==(const TrainEpoch&) const = default;
};

} // namespace sida::api
