// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

namespace sida::model
{

/// One block for everything a forward pass computes, from the allocator that libtorch uses on this thread:
/// the workspace, where one is active. Throws std::bad_alloc when it is too small.
std::shared_ptr<float> allocateForward(std::uint64_t bytes);

/// Threads that libtorch would use here: the one setting that users have.
int computeThreads();

} // namespace sida::model
