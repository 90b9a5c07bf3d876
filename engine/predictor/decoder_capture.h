// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"
#include "engine/predictor/capture.h"

#include <stop_token>

namespace sida::predictor
{

/// What a causal network learns from: a decoder's inputs, and what its routers made of them.
struct DecoderCapture {
    dataset::Dataset inputs; ///< by sample of the dataset it was captured from; `ids` are decoder inputs
    Capture routing; ///< of these inputs, one layer for each MoE layer of the decoder
    bool generated = false; ///< the inputs are the model's own generations
};

/// Can it be captured: has the model a decoder with MoE layers, and is the data for it?
bool capturesDecoder(const api::ModelInfo& model, const dataset::Dataset& data);

/// Runs the decoder over all samples, teacher-forced on the dataset's targets, or on what the model generates
/// where not every sample has one. The data fits (capturesDecoder).
Result<DecoderCapture> captureDecoder(
    const model::Model& model, const dataset::Dataset& data, int topT, int batchSize, int maxNewTokens,
    const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::predictor
