// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/model.h"
#include "engine/predictor/shadow_file.h"

#include <cstdint>
#include <memory>

namespace sida::predictor
{

class Trainable;

/// Surrogates over the frozen dense path of that encoder, which outlives them. What they add is zero at
/// first, so that training begins at the model without its experts. `embeddings` is [vocabulary, width].
std::unique_ptr<Trainable> makeTrainableShadow(
    const model::SwitchWeights& weights, const ShadowShape& shape, std::span<const float> embeddings,
    std::uint64_t seed);

} // namespace sida::predictor
