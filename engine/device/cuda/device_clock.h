// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/check.h"
#include "engine/device/cuda/clock_pair.h"

#include <cstdint>

namespace sida::cuda
{

/// Asks back and forth some times and keeps the quickest answer. The device should be idle.
Result<ClockPair> compareClocks();

/// Records the event on the idle stream and says when that was, by the kernels' clock.
Result<std::uint64_t> deviceTimeOfEvent(cudaStream_t stream, cudaEvent_t event);

} // namespace sida::cuda
