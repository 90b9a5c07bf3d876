// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace sida::runtime
{

/// How many threads libtorch may use for one operation issued by the calling thread.
void setComputeThreads(int threads);
/// 0 means as many as the machine has.
int resolveThreads(int wanted);
std::string libtorchVersion();

} // namespace sida::runtime
