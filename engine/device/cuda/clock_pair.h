// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace sida::cuda
{

/// One moment on the clock of monotonicNow() and on the one that kernels see.
struct ClockPair {
    std::int64_t host = 0;
    std::uint64_t device = 0;
    std::int64_t uncertainty = 0; ///< the moment lies within so many nanoseconds on either side
};

} // namespace sida::cuda
