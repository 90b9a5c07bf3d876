// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/kernels/kernels.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sida::model
{

/// The non-linearity between the two matrices of a feed-forward block.
enum class Activation : std::uint8_t {
    relu,
    gelu,
    geluTanh,
    quickGelu,
    silu,
    tanh,
    clippedGelu, ///< to -10 .. 10
    hardSwish,
    laplace,
    leakyRelu,
    linear,
    mish,
    reluSquared,
    relu6,
    sigmoid,
    sqrtSoftplus,
};

/// By Hugging Face's name (`dense_act_fn`), all but those with weights of their own (prelu, xielu); nothing
/// for one that is not known.
std::optional<Activation> parseActivation(std::string_view name);
/// "relu, gelu, ...": for messages.
std::string activationNames();

/// In place, rounded to `result` where upstream's own operators round.
void activate(
    const kernels::Kernels& kernels, Activation activation, float* values, std::size_t count,
    kernels::Element result);

} // namespace sida::model
