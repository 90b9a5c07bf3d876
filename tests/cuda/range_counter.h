// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace sida::test
{

/// What a profiler would have been told of ranges of one name in the domain "sida" since the process began.
struct NvtxRanges {
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
};

/// Stands where a profiler would: NVTX loads this library when the process begins to name ranges. To be
/// called before that.
void countNvtxRanges();
NvtxRanges nvtxRanges(const char* name);

} // namespace sida::test
