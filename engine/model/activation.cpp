// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/activation.h"

#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace sida::model
{

namespace
{

float apply(Activation activation, float x)
{
    constexpr auto kSqrt2 = std::numbers::sqrt2_v<float>;
    constexpr auto kInverseSqrtPi = std::numbers::inv_sqrtpi_v<float>;
    switch (activation) {
    case Activation::relu:
        return x > 0 ? x : 0;
    case Activation::gelu:
        return 0.5F * x * (1 + std::erf(x / kSqrt2));
    case Activation::geluTanh:
        return 0.5F * x * (1 + std::tanh(kSqrt2 * kInverseSqrtPi * (x + 0.044715F * x * x * x)));
    case Activation::quickGelu:
        return x / (1 + std::exp(-1.702F * x));
    case Activation::silu:
        return x / (1 + std::exp(-x));
    case Activation::tanh:
        return std::tanh(x);
    }
    return x;
}

} // namespace

std::optional<Activation> parseActivation(std::string_view name)
{
    constexpr std::array<std::pair<std::string_view, Activation>, 9> kNames{{
        {"relu", Activation::relu},
        {"gelu", Activation::gelu},
        {"gelu_new", Activation::geluTanh},
        {"gelu_fast", Activation::geluTanh},
        {"gelu_pytorch_tanh", Activation::geluTanh},
        {"quick_gelu", Activation::quickGelu},
        {"silu", Activation::silu},
        {"swish", Activation::silu},
        {"tanh", Activation::tanh},
    }};
    for (const auto& [known, activation] : kNames) {
        if (known == name)
            return activation;
    }
    return std::nullopt;
}

std::string_view activationNames()
{
    return "relu, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, quick_gelu, silu, swish and tanh";
}

void activate(
    const kernels::Kernels& kernels, Activation activation, float* values, std::size_t count,
    kernels::Element result)
{
    for (std::size_t i = 0; i < count; ++i)
        values[i] = apply(activation, values[i]);
    kernels.round(values, count, result);
}

} // namespace sida::model
