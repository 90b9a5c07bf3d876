// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <array>
#include <optional>
#include <vector>

namespace sida::ui
{

/// How far the predictor's confidence can be believed: of the tokens for whose most probable expert it gave
/// an alpha in one bin, the share for which that expert was the one the router chose.
struct Calibration {
    struct Bin {
        std::uint64_t tokens = 0;
        std::uint64_t hits = 0;
        double alphaSum = 0;
        double alpha() const; ///< mean; NaN without tokens
        double cameTrue() const; ///< share; NaN without tokens
    };
    std::array<Bin, api::kAlphaBins> bins;

    std::uint64_t tokens() const;
    double alpha() const; ///< mean over all tokens
    double cameTrue() const; ///< top-1 hash-hit rate
    /// Expected calibration error (Guo et al. 2017, eq. 3): the mean distance of alpha from what came true,
    /// weighted by the tokens of the bins; NaN without tokens.
    double error() const;
};

/// Of one layer, or of all of them together.
Calibration calibrationOf(const std::vector<api::CalibrationRow>& rows, std::optional<std::uint16_t> layer);

} // namespace sida::ui
