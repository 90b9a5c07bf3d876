// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <utility>

namespace sida::tokenizer
{

/// How many ids of each text of a pair stay so that both together have at most `room`, as Hugging Face's
/// `longest_first` does it: the longer is cut first; equally long ones share the room, the second gets the
/// odd id.
std::pair<std::size_t, std::size_t> longestFirst(std::size_t first, std::size_t second, std::size_t room);

} // namespace sida::tokenizer
