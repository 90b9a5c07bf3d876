// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/predictor/predictor_file.h"
#include "engine/predictor/predictor_header.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// The second part of a predictor's file: the causal network for the decoder's layers. Its tensors' names
/// begin with "decoder.", its metadata's with "decoder".
namespace sida::predictor
{

/// As NetworkWeights, with the heads of the decoder's layers.
struct CausalWeights {
    NetworkWeights network;
    std::vector<float> source; ///< [hiddenDim, embeddingDim]; empty when the source is not read
};

struct CausalPart {
    api::DecoderPartInfo info;
    NetworkShape shape;
    CausalWeights weights;
};

/// The shape of the part that `info.decoder` describes.
NetworkShape causalShape(const api::PredictorInfo& info);

std::vector<TensorSlot> causalSlots(const api::PredictorInfo& info, CausalWeights& weights);

/// Every tensor of `slots` and, when the header describes one, of the causal part is there, and no other; the
/// numbers of parameters are filled in.
Status checkParts(PredictorHeader& header, std::vector<TensorSlot> slots, CausalWeights& causal);

/// Refused when the file has none. The caller has checked the other part.
Result<CausalPart> readCausalPart(const std::filesystem::path& path);

/// Puts the part into a file that has none, or replaces the one there; written atomically. `notes` are
/// further metadata.
Status addCausalPart(
    const std::filesystem::path& path, const CausalPart& part,
    const std::map<std::string, std::string>& notes);

} // namespace sida::predictor
