// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/hash_table.h"

namespace sida::experts
{

void countPredicted(LayerTable& layer, int expertCount)
{
    std::vector<std::uint32_t> tokens(static_cast<std::size_t>(expertCount), 0);
    for (std::uint16_t expert : layer.experts)
        ++tokens.at(expert);

    layer.predicted.clear();
    for (std::size_t expert = 0; expert < tokens.size(); ++expert) {
        if (tokens[expert] > 0)
            layer.predicted.push_back({static_cast<std::uint16_t>(expert), tokens[expert]});
    }
}

} // namespace sida::experts
