// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/activation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace sida::model
{

namespace
{

constexpr auto kSqrt2 = std::numbers::sqrt2_v<float>;

float gelu(float x)
{
    return 0.5F * x * (1 + std::erf(x / kSqrt2));
}

/// As PyTorch computes it: linear where it is that to float32's precision.
float softplus(float x)
{
    constexpr float kLinearFrom = 20;
    return x > kLinearFrom ? x : std::log1p(std::exp(x));
}

float apply(Activation activation, float x)
{
    constexpr auto kInverseSqrtPi = std::numbers::inv_sqrtpi_v<float>;
    switch (activation) {
    case Activation::relu:
        return x < 0 ? 0 : x;
    case Activation::gelu:
        return gelu(x);
    case Activation::geluTanh:
        return 0.5F * x * (1 + std::tanh(kSqrt2 * kInverseSqrtPi * (x + 0.044715F * x * x * x)));
    case Activation::quickGelu:
        return x / (1 + std::exp(-1.702F * x));
    case Activation::silu:
        return x / (1 + std::exp(-x));
    case Activation::tanh:
        return std::tanh(x);
    case Activation::clippedGelu:
        return std::clamp(gelu(x), -10.0F, 10.0F);
    case Activation::hardSwish:
        return x * std::clamp(x + 3, 0.0F, 6.0F) / 6;
    case Activation::laplace: // the constants are upstream's
        return 0.5F * (1 + std::erf((x - 0.707107F) / (0.282095F * kSqrt2)));
    case Activation::leakyRelu:
        return x > 0 ? x : 0.01F * x;
    case Activation::linear:
        return x;
    case Activation::mish:
        return x * std::tanh(softplus(x));
    case Activation::reluSquared:
        return x < 0 ? 0 : x * x;
    case Activation::relu6:
        return std::clamp(x, 0.0F, 6.0F);
    case Activation::sigmoid:
        return 1 / (1 + std::exp(-x));
    case Activation::sqrtSoftplus:
        return std::sqrt(softplus(x));
    }
    return x;
}

constexpr std::array<std::pair<std::string_view, Activation>, 22> kNames{{
    {"relu", Activation::relu},
    {"gelu", Activation::gelu},
    {"gelu_new", Activation::geluTanh},
    {"gelu_fast", Activation::geluTanh},
    {"gelu_accurate", Activation::geluTanh},
    {"gelu_pytorch_tanh", Activation::geluTanh},
    {"gelu_python", Activation::gelu},
    {"gelu_python_tanh", Activation::geluTanh},
    {"gelu_10", Activation::clippedGelu},
    {"quick_gelu", Activation::quickGelu},
    {"silu", Activation::silu},
    {"swish", Activation::silu},
    {"tanh", Activation::tanh},
    {"hardswish", Activation::hardSwish},
    {"laplace", Activation::laplace},
    {"leaky_relu", Activation::leakyRelu},
    {"linear", Activation::linear},
    {"mish", Activation::mish},
    {"relu2", Activation::reluSquared},
    {"relu6", Activation::relu6},
    {"sigmoid", Activation::sigmoid},
    {"sqrtsoftplus", Activation::sqrtSoftplus},
}};

} // namespace

std::optional<Activation> parseActivation(std::string_view name)
{
    for (const auto& [known, activation] : kNames) {
        if (known == name)
            return activation;
    }
    return std::nullopt;
}

std::string activationNames()
{
    std::string names;
    for (const auto& known : kNames)
        names += (names.empty() ? "" : ", ") + std::string(known.first);
    return names;
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
