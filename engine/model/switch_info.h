// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/model/load_options.h"
#include "engine/model/switch_layout.h"

namespace sida::model
{

/// What a user sees of a model, or of the part of it that is loaded. Reads the routers for the identity and
/// nothing else of the weights.
Result<api::ModelInfo> describeSwitch(
    const checkpoint::Checkpoint& checkpoint, const SwitchLayout& layout, const LoadOptions& options);

} // namespace sida::model
