// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/model/model.h"
#include "engine/predictor/hash_network.h"
#include "engine/predictor/shadow_file.h"

#include <memory>

namespace sida::predictor
{

/// The encoder behind a shadow predictor, or an error for a model whose routers are not all in an encoder.
Result<const model::SwitchWeights*> shadowedEncoder(const model::Model& model);

/// The model's own dense path with surrogates for the experts and the model's routers on top. Up to the first
/// MoE layer nothing is replaced: its logits are the model's to the bit.
///
/// Runs beside the model's threads. `weights` outlives it; the shapes agree.
std::unique_ptr<HashNetwork> makeShadowNetwork(
    const model::SwitchWeights& weights, const ShadowShape& shape, const std::vector<Surrogate>& surrogates);

} // namespace sida::predictor
