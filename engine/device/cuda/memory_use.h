// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/module.h"

namespace sida::cuda
{

/// Notes who uses the device before this process does; the first thing to be called. By the driver's
/// management library where there is one: CUDA itself can only be asked once it has taken its own memory.
void noteForeignMemory();

Result<MemoryUse> memoryUseOfDevice();
Result<std::uint64_t> bytesOfContext();

} // namespace sida::cuda
