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

struct SwitchAttentionLayout {
    StoredTensor norm; ///< [dModel]
    StoredTensor query, key, value; ///< [inner, dModel]
    StoredTensor output; ///< [dModel, inner]
};

/// Where the weights of one block are in the checkpoint.
struct SwitchBlockLayout {
    SwitchAttentionLayout attention; ///< of a sequence to itself
    std::optional<SwitchAttentionLayout> cross; ///< to the encoder's output: of a decoder block
    StoredTensor feedForwardNorm;
    StoredTensor wi, wo; ///< of a dense block: [dFf, dModel] and [dModel, dFf]
    StoredTensor router; ///< [experts, dModel]; a block that has one is sparse
    std::optional<StoredTensor> routerBias; ///< [experts]
    struct Expert {
        StoredTensor wi, wo;
    };
    std::vector<Expert> experts;
    std::string feedForwardName; ///< "encoder.block.1.layer.1.mlp", without a classifier's prefix

    bool sparse() const { return router.entry != nullptr; }
};

struct SwitchStackLayout {
    StoredTensor embedding; ///< [vocabulary, dModel]; of tied stacks the same tensor
    StoredTensor relativeBias; ///< [buckets, heads]
    StoredTensor finalNorm;
    std::vector<SwitchBlockLayout> blocks;
};

struct SwitchHeadLayout {
    StoredTensor dense, denseBias, projection, projectionBias;
    int labels = 0;
};

/// Every weight of a model, found and checked against config.json from the headers alone.
struct SwitchLayout {
    SwitchConfig config;
    SwitchStackLayout encoder;
    std::optional<SwitchStackLayout> decoder;
    /// Whether the embedding also serves as the language model's head, whose input is then scaled by
    /// dModel^-0.5.
    bool tiedHead = false;
    std::optional<StoredTensor> languageHead; ///< [vocabulary, dModel] where it is not tied
    std::optional<SwitchHeadLayout> head;
    bool prefixed = false; ///< names begin with "switch_transformers.", as in SiDA's classifiers
    std::vector<std::string> ignored; ///< tensors that no part of the model uses, sorted
    std::vector<std::string> warnings; ///< where the file overrules config.json

    bool canGenerate() const { return decoder && (tiedHead || languageHead); }
};

/// An error names the tensor, its file, the shape that was expected and the one that was found.
///
/// Where file and config.json disagree on which blocks are sparse, or on the number of decoder blocks (as in
/// the published configuration of c-2048), the file decides.
Result<SwitchLayout> layOutSwitch(const checkpoint::Checkpoint& checkpoint);

/// The blocks in the order of execution, encoder first; the decoder's only if they are wanted.
std::vector<const SwitchBlockLayout*> blocksOf(const SwitchLayout& layout, bool withDecoder);

} // namespace sida::model
