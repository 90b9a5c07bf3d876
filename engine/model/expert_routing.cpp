// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/expert_routing.h"

namespace sida::model
{

void ExpertRouting::resize(std::size_t tokens, std::size_t choices)
{
    k = choices;
    expertOfPair.resize(tokens * k);
    weightOfPair.resize(tokens * k);
    rowOfPair.resize(tokens * k);
}

void ExpertRouting::sortPairs(std::size_t experts)
{
    m_firstRow.assign(experts, 0);
    for (const std::uint16_t expert : expertOfPair) {
        if (expert != kNoExpert)
            ++m_firstRow[expert];
    }
    active.clear();
    std::uint32_t row = 0;
    for (std::size_t expert = 0; expert < experts; ++expert) {
        const std::uint32_t rows = m_firstRow[expert];
        m_firstRow[expert] = row;
        row += rows;
        if (rows > 0)
            active.push_back({static_cast<std::uint16_t>(expert), rows});
    }
    for (std::size_t pair = 0; pair < expertOfPair.size(); ++pair) {
        if (expertOfPair[pair] != kNoExpert)
            rowOfPair[pair] = m_firstRow[expertOfPair[pair]]++;
    }
}

} // namespace sida::model
