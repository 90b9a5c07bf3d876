// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace sida
{

/// One expert of one MoE layer. `layer` counts the sparse blocks of the model in execution order, encoder
/// first.
struct ExpertKey {
    std::uint16_t layer = 0;
    std::uint16_t expert = 0;
    auto operator<=>(const ExpertKey&) const = default;
};

} // namespace sida

template <>
struct std::hash<sida::ExpertKey> {
    std::size_t operator()(const sida::ExpertKey& key) const noexcept
    {
        return (std::size_t{key.layer} << 16) | key.expert;
    }
};
