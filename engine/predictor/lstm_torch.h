// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/predictor_file.h"

#include <cstdint>
#include <memory>
#include <span>

namespace sida::predictor
{

class Trainable;

/// The paper's network. `embeddings` [vocabulary, embeddingDim] outlives it.
std::unique_ptr<Trainable>
makeTrainableLstm(const NetworkShape& shape, std::span<const float> embeddings, std::uint64_t seed);

} // namespace sida::predictor
