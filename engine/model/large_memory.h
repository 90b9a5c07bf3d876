// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace sida::model
{

/// Uninitialised memory that starts on a cache line; what is large comes in large pages, which are cheaper to
/// take from the system and to read from end to end. Throws std::bad_alloc.
void* takeMemory(std::size_t bytes);
/// Gives back what takeMemory(bytes) gave.
void giveMemoryBack(void* memory, std::size_t bytes) noexcept;

} // namespace sida::model
