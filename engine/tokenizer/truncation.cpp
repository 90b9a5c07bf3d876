// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/truncation.h"

#include <algorithm>

namespace sida::tokenizer
{

std::pair<std::size_t, std::size_t> longestFirst(std::size_t first, std::size_t second, std::size_t room)
{
    if (first + second <= room)
        return {first, second};
    const bool swapped = first > second;
    std::size_t shorter = swapped ? second : first;
    std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
    if (shorter + longer > room) {
        shorter = room / 2;
        longer = shorter + room % 2;
    }
    return swapped ? std::pair(longer, shorter) : std::pair(shorter, longer);
}

} // namespace sida::tokenizer
