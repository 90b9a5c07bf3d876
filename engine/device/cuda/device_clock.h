// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/check.h"
#include "engine/device/cuda/clock_pair.h"

#include <cstdint>
#include <optional>

namespace sida::cuda
{

/// Asks back and forth some times and keeps the quickest answer. The device must be idle.
Result<ClockPair> compareClocks();

/// The same while the device is busy, by one thread: what it runs may leave no room for another kernel until
/// that thread has served it. So the question is put first, and asked for again and again: the answer takes
/// some fifty microseconds once the device listens, and is nothing before.
Status beginComparison();
Result<std::optional<ClockPair>> comparison();

/// Records the event on the idle stream and says when that was, by the kernels' clock.
Result<std::uint64_t> deviceTimeOfEvent(cudaStream_t stream, cudaEvent_t event);

} // namespace sida::cuda
