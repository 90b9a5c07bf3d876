// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/model.h"

namespace sida::model
{

/// What a run of the model would take, from config and headers alone: a model that has every size and no
/// weights. info(), the counts and sizes of experts() and workspaceBytes() are those of loadModel() with the
/// same options, whatever the model's size; it runs nothing.
Result<std::unique_ptr<Model>>
modelSizes(const std::filesystem::path& folder, const LoadOptions& options = {});

} // namespace sida::model
