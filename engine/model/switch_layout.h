// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/checkpoint.h"
#include "engine/model/switch_config.h"

#include <optional>
#include <string>
#include <vector>

namespace sida::model
{

using StoredTensor = checkpoint::Checkpoint::Tensor;

/// Where the weights of one encoder block are in the checkpoint.
struct SwitchBlockLayout {
    StoredTensor attentionNorm, query, key, value, output;
    StoredTensor feedForwardNorm;
    StoredTensor wi, wo; ///< of a dense block
    StoredTensor router; ///< [experts, dModel]; a block that has one is sparse
    std::optional<StoredTensor> routerBias; ///< [experts]
    struct Expert {
        StoredTensor wi, wo;
    };
    std::vector<Expert> experts;

    bool sparse() const { return router.entry != nullptr; }
};

struct SwitchHeadLayout {
    StoredTensor dense, denseBias, projection, projectionBias;
    int labels = 0;
};

/// Every weight of an encoder, found and checked against config.json from the headers alone.
struct SwitchLayout {
    SwitchConfig config;
    StoredTensor embedding, relativeBias, finalNorm;
    std::vector<SwitchBlockLayout> blocks;
    std::optional<SwitchHeadLayout> head;
    bool hasDecoder = false;
    std::vector<std::string> ignored; ///< tensors that the encoder does not use, sorted
    std::vector<std::string> warnings; ///< where the file overrules config.json
};

/// An error names the tensor, its file, the shape that was expected and the one that was found.
Result<SwitchLayout> layOutSwitch(const checkpoint::Checkpoint& checkpoint);

} // namespace sida::model
