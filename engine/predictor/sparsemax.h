// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sida::predictor
{

/// How attention weights are made from logits. `textbook` is the projection onto the simplex (Martins and
/// Astudillo 2016); `paper` is what the authors' code does: it subtracts 1 twice in the threshold, so more
/// keys take part and the weights sum to more than 1 before they are normalised. With `none` the network has
/// no attention (the authors' second variant): what the LSTM says goes on as it is.
enum class Sparsemax : std::uint8_t { textbook, paper, none };

std::string_view name(Sparsemax value); ///< as in the file: "textbook", "paper", "none"
std::optional<Sparsemax> parseSparsemax(std::string_view text);

/// The numerator's constant in tau = (S_rho - c) / rho.
constexpr float thresholdConstant(Sparsemax value)
{
    return value == Sparsemax::textbook ? 1.0F : 2.0F;
}

/// Turns one row of finite logits into weights that sum to 1, in place. `scratch` is at least as long.
/// Not for `none`.
void sparsemaxRow(std::span<float> row, std::span<float> scratch, Sparsemax variant);

} // namespace sida::predictor
