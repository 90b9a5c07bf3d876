// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"

#include <string>

namespace sida::runtime
{

/// How many threads libtorch may use for one operation issued by the calling thread.
void setComputeThreads(int threads);
/// 0 means as many as the machine has.
int resolveThreads(int wanted);
/// Threads of the inference thread's operations. Where none are asked for, policy `sida` leaves a core to
/// hash building and copies: on the CPU they would otherwise take turns with the layers that wait for them.
int inferenceThreads(const api::RunOptions& options);
std::string libtorchVersion();

} // namespace sida::runtime
