// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/dataset/batch.h"
#include "engine/experts/hash_table.h"
#include "engine/model/model.h"

#include <filesystem>
#include <memory>
#include <span>

namespace sida::predictor
{

class CausalNetwork;

/// The hash function: token embeddings of a batch to a hash table (SiDA-MoE section 3.4). Of kind `lstm`, the
/// paper's network, or `shadow`, the model's own dense path with a small block in the place of the experts.
class Predictor
{
public:
    virtual ~Predictor() = default;
    virtual const api::PredictorInfo& info() const = 0;
    /// Checks that it was trained for this model and, for a kind that shares the model's weights, binds it to
    /// them: the model outlives it or what it is attached to next.
    virtual Status attach(const model::Model& model) = 0;
    /// Threads that `predict` may keep busy, the calling one among them; one unless it is told otherwise. Not
    /// while predicting.
    virtual void useThreads(int /*threads*/) { }
    virtual std::uint64_t weightBytes() const = 0; ///< its own; what the model has already does not count
    /// Upper bound of what predict needs for that shape.
    virtual std::uint64_t workspaceBytes(int rows, int length) const = 0;
    /// `embeddings` is the model's [vocabulary, embeddingDim]. Padding takes no part. One thread at a time.
    virtual Result<experts::HashTable>
    predict(const dataset::TokenBatch& batch, std::span<const float> embeddings, int topK) const = 0;
    /// The part for a decoder's layers; null without one.
    virtual const CausalNetwork* decoder() const { return nullptr; }
};

/// Metadata and header only.
Result<api::PredictorInfo> inspectPredictor(const std::filesystem::path& file);

/// Every tensor is checked against the metadata before anything is allocated. Attach it before it predicts.
Result<std::unique_ptr<Predictor>> loadPredictor(const std::filesystem::path& file);

/// An error that names both models when the predictor was trained for another one.
Status checkFits(const api::PredictorInfo& predictor, const api::ModelInfo& model);

} // namespace sida::predictor
