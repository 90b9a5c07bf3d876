// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/dataset/dataset.h"
#include "engine/predictor/predictor.h"

#include <cstdint>
#include <stop_token>
#include <unordered_map>

namespace sida::runtime
{

/// The predictor that is always right, to see what a better one could win: before a run it asks the model
/// itself, on the CPU, where each batch will go. On a GPU a few choices between nearly equal experts come out
/// otherwise.
class Oracle final : public predictor::Predictor
{
public:
    static constexpr const char* kName = "oracle"; ///< in the place of a predictor's file

    Oracle();
    const api::PredictorInfo& info() const override { return m_info; }
    Status attach(const model::Model& model) override;
    std::uint64_t weightBytes() const override { return 0; }
    std::uint64_t workspaceBytes(int, int) const override { return 0; }
    Result<experts::HashTable>
    predict(const dataset::TokenBatch& batch, std::span<const float> embeddings, int topK) const override;

    /// Before the run: one pass over the data, on the calling thread's compute threads.
    Status
    ask(const dataset::Dataset& data, int batchSize, int threads, const ProgressSink& progress,
        const std::stop_token& stop);

private:
    Result<experts::HashTable> ask(const dataset::TokenBatch& batch) const;

    api::PredictorInfo m_info;
    const model::Model* m_model = nullptr;
    std::unordered_map<std::uint64_t, experts::HashTable> m_tables; ///< by the batch's first sample
};

} // namespace sida::runtime
