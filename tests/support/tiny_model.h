// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sida::test
{

/// A Switch model with random weights, small enough to make one for each test: an encoder classifier, or with
/// decoder blocks a model that generates.
struct TinyModel {
    int layers = 4;
    int sparseStep = 2;
    int experts = 8;
    int dModel = 16;
    int dFf = 24;
    int heads = 2;
    int dKv = 8;
    int vocabulary = 50;
    int labels = 3; ///< 0 = no classifier head
    int decoderLayers = 0; ///< 0 = an encoder alone
    bool tied = true; ///< the embedding serves both stacks and as the decoder's head
    std::uint64_t seed = 1;
};

/// Writes config.json and model.safetensors into the folder, which is made.
void writeTinyModel(const std::filesystem::path& folder, const TinyModel& model);

/// Writes a predictor with random weights whose metadata fits the model, with a causal part for its decoder
/// when that is wanted.
void writeTinyPredictor(
    const std::filesystem::path& file, const TinyModel& model, const std::string& modelIdentity,
    bool decoder = false);

/// JSON Lines of random `input_ids` that end in `</s>`, with labels when the model has a head.
void writeTinyDataset(const std::filesystem::path& file, const TinyModel& model, int samples, int longest);

} // namespace sida::test
