// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <filesystem>

namespace sida::cli
{

/// Looks into files without loading weights. Sessions are read by the engine.
class Inspector
{
public:
    virtual ~Inspector() = default;
    virtual Result<api::PathKind> classify(const std::filesystem::path& path) const = 0;
    virtual Result<api::ModelInfo> model(const std::filesystem::path& folder) const = 0;
    /// `tokens`, `longest` and `truncated` are 0: they depend on a tokenizer.
    virtual Result<api::DatasetInfo> dataset(const std::filesystem::path& file) const = 0;
    virtual Result<api::PredictorInfo> predictor(const std::filesystem::path& file) const = 0;
};

} // namespace sida::cli
