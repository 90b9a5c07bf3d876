// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace sida::cuda
{

/// What NVIDIA's profilers (Nsight Systems, through NVTX) are told, by the timeline's names and in a domain
/// named "sida". The number beside it is the batch, the MoE layer or the expert.
///
/// A batch lasts from when it is given to the device until it has been answered, a layer from when its list
/// of experts has been read until all of them have been computed, a stall from when experts are known to be
/// missing until the last of them has come: as the host sees it, some microseconds late, since the device
/// runs a batch by itself. A copy stands around the call that begins it, so that the profiler shows it on the
/// device, too; its category is its layer's.
enum class Range { batch, layer, copy, stall };

/// Without a profiler a call costs a look at a pointer. Any thread; a range may end in another thread.
std::uint64_t beginRange(Range range, std::uint64_t number);
void endRange(std::uint64_t range);

/// Around the calls of one thread.
class CopyRange
{
public:
    CopyRange(int moeLayer, int expert);
    ~CopyRange();
    CopyRange(const CopyRange&) = delete;
    CopyRange& operator=(const CopyRange&) = delete;
};

} // namespace sida::cuda
