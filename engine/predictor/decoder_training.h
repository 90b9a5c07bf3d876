// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"
#include "engine/api/results.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/predictor/causal_file.h"
#include "engine/predictor/decoder_capture.h"

#include <functional>
#include <stop_token>
#include <string>

namespace sida::predictor
{

/// Trains a causal network of that shape (experts are filled in) on a capture of the decoder's routing and
/// gives that of the epoch with the best held-out hit rate. `fingerprint` says what a kept state belongs to.
struct TrainedCausal {
    CausalPart part;
    api::TrainedDecoder result;
};
Result<TrainedCausal> trainCausal(
    const model::Model& model, const dataset::Dataset& data, const DecoderCapture& capture,
    NetworkShape shape, const api::TrainOptions& options, const std::string& fingerprint,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epochDone,
    const std::stop_token& stop);

/// Puts it behind the encoder's part in `file`.
Status writeCausal(const std::filesystem::path& file, const TrainedCausal& trained);

} // namespace sida::predictor
