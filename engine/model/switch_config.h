// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/model/activation.h"

#include <optional>
#include <string>
#include <string_view>

namespace sida::model
{

/// What config.json says about the encoder of a Switch Transformers model (model_type "switch_transformers"),
/// with the defaults of Hugging Face's configuration class.
struct SwitchConfig {
    int dModel = 768;
    int dKv = 64;
    int dFf = 2048;
    int heads = 12;
    int layers = 12;
    int experts = 8;
    int vocabulary = 32128;
    int buckets = 32; ///< of the relative position bias, both directions together
    int maxDistance = 128;
    float epsilon = 1e-6F;
    Activation activation = Activation::relu;
    bool tiedEmbeddings = true;
    int sparseLayers = 3;
    std::optional<int> sparseStep; ///< wins over sparseLayers

    /// Width of queries, keys and values; need not equal dModel.
    int inner() const { return heads * dKv; }
    /// Whether the configuration wants experts in that block. The file's own routers decide in the end.
    bool wantsExperts(int block) const;
};

/// `where` is the file's path, for messages. Each number is checked against bounds that keep later
/// arithmetic from overflowing; an error names the key, what was found and what is possible.
Result<SwitchConfig> parseSwitchConfig(std::string_view text, const std::string& where);

} // namespace sida::model
