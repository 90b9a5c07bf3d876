// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sida::test
{

/// Damages an input the way files get damaged, and the way an attacker would: bits, cuts, copies, and pieces
/// of the format in wrong places. The same seed gives the same inputs on every machine.
class Mutator
{
public:
    Mutator(std::uint32_t seed, std::vector<std::string> pieces)
        : m_random(seed)
        , m_pieces(std::move(pieces))
    {
    }

    std::string mutate(std::string_view original)
    {
        std::string text(original);
        for (std::size_t steps = 1 + below(4); steps > 0; --steps)
            step(text);
        return text;
    }
    // Not std::uniform_int_distribution, whose values differ between libraries.
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }

private:
    void step(std::string& text)
    {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = below(std::min<std::size_t>(text.size() - at + 1, 40));
        switch (below(6)) {
        case 0:
            if (at < text.size())
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(below(text.size() + 1), text.substr(at, length));
            break;
        case 3:
            text.replace(at, length, m_pieces[below(m_pieces.size())]);
            break;
        case 4:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        default:
            text.resize(at);
            break;
        }
    }

    std::mt19937 m_random;
    std::vector<std::string> m_pieces;
};

} // namespace sida::test
