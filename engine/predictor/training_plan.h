// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/sample_index.h"

#include <cstdint>
#include <random>
#include <vector>

namespace sida::predictor
{

/// Sample indices to train on and to keep for judging.
struct Split {
    std::vector<std::uint64_t> train;
    std::vector<std::uint64_t> heldOut;
};

/// Keeps about that share of the sentences back, at least one, chosen by the seed. Equal sentences stay on
/// one side, so that none is judged that was learned by heart. A side is empty when there are fewer than two
/// different sentences.
Split splitSamples(const SampleIndex& samples, double heldOutShare, std::uint64_t seed);

/// Batches of sentences of like length in random order, another one on every call.
std::vector<std::vector<std::uint64_t>> shuffledBatches(
    const SampleIndex& samples, std::vector<std::uint64_t> indices, int batchSize, std::mt19937_64& random);

/// Rises over the first twentieth of the steps, then falls along a cosine to zero; a factor of the learning
/// rate for step 0 .. total - 1.
double learningRateFactor(std::uint64_t step, std::uint64_t total);

} // namespace sida::predictor
