// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/head_pooling.h"
#include "engine/api/types.h"
#include "engine/base/result.h"
#include "engine/model/activation.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::model
{

/// Which blocks of one stack config.json gives experts to.
struct SwitchSparsity {
    int sparseLayers = 3;
    std::optional<int> step; ///< wins over sparseLayers

    /// Whether the configuration wants experts in that block of `layers`. The file's own routers decide in
    /// the end.
    bool wantsExperts(int block, int layers) const;
};

/// What config.json says about a Switch Transformers model (model_type "switch_transformers"), with the
/// defaults of Hugging Face's configuration class.
struct SwitchConfig {
    int dModel = 768;
    int dKv = 64;
    int dFf = 2048;
    int heads = 12;
    int layers = 12; ///< of the encoder
    int decoderLayers = 12;
    int experts = 8;
    int expertCapacity = 64; ///< tokens of one sequence that an expert takes, where that is limited
    int vocabulary = 32128;
    int buckets = 32; ///< of the relative position bias, in an encoder for both directions together
    int maxDistance = 128;
    float epsilon = 1e-6F;
    Activation activation = Activation::relu;
    api::DType routerDtype = api::DType::f32;
    bool tiedEmbeddings = true;
    bool statesTied = false; ///< whether config.json has the key; published files leave it out
    SwitchSparsity encoderSparsity, decoderSparsity;
    std::vector<std::string> labelNames; ///< id2label; empty where it is absent or has gaps
    api::HeadPooling headPooling; ///< of the object "sida_studio", which `sida convert` writes
    int padToken = 0;
    int eosToken = 1;
    int decoderStartToken = 0; ///< the padding token where the file does not say

    /// Width of queries, keys and values; need not equal dModel.
    int inner() const { return heads * dKv; }
};

/// `where` is the file's path, for messages. Each number is checked against bounds that keep later
/// arithmetic from overflowing; an error names the key, what was found and what is possible.
Result<SwitchConfig> parseSwitchConfig(std::string_view text, const std::string& where);

} // namespace sida::model
