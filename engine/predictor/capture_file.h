// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"
#include "engine/predictor/capture_layout.h"
#include "engine/predictor/sample_index.h"
#include "engine/predictor/training_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace sida::predictor
{

struct CaptureRequest {
    std::filesystem::path path;
    int topT = 30;
    int batchSize = 64;
    bool resume = false; ///< a capture that was interrupted goes on; without it that is an error
};

/// The routing of a dataset on disk: what a predictor learns from, of any size. In memory are 16 bytes a
/// sample and what is being read.
class CaptureFile final : public TrainingSource
{
public:
    /// Takes what the file has already, checked against its digests, and runs the model over the rest. A
    /// file of another model, other data or another T, or one that is damaged, is an error and left as it is.
    /// When stopped, or killed, the file keeps its whole chunks.
    static Result<CaptureFile> capture(
        const model::Model& model, const dataset::Dataset& data, const CaptureRequest& request,
        const ProgressSink& progress, const std::stop_token& stop);
    ~CaptureFile() override;
    CaptureFile(CaptureFile&&) noexcept;
    CaptureFile& operator=(CaptureFile&&) noexcept;

    const SampleIndex& index() const override;
    std::vector<int> experts() const override;
    const std::vector<CaptureLayout::Layer>& layers() const;
    const std::filesystem::path& path() const;
    std::uint64_t bytes() const;
    std::uint64_t reusedTokens() const; ///< that were in the file before
    /// The most bytes of captured routing that were in memory at once while it was made.
    std::uint64_t peakBytes() const;

    Status read(std::span<const std::uint64_t> samples, CapturedTokens& tokens) const override;

private:
    struct State;
    explicit CaptureFile(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace sida::predictor
