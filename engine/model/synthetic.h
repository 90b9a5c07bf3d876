// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/checkpoint.h"

#include <filesystem>

namespace sida::model
{

/// Whether that names a model to be made up, "synthetic:switch-base-128,seed=7", and no folder.
bool isSynthetic(const std::filesystem::path& name);

/// A model of a published shape with random weights: what a model and a budget would do on this machine can
/// be seen before anything is downloaded. Weights are made when they are read, with the deviations that
/// Hugging Face starts training with, so that activations are of an ordinary size and routing is spread.
///
/// After the shape may come `dtype=f32|bf16|f16` (as if stored), `seed=N`, `experts=N` and `layers=N` (of
/// each stack). An error names what was not understood and lists what there is.
Result<checkpoint::Checkpoint> openSynthetic(const std::filesystem::path& name);

} // namespace sida::model
