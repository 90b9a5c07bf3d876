// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"
#include "engine/dataset/row_source.h"

namespace sida::dataset
{

/// The wanted task, checked against the model, or the one that model and columns suggest.
Result<api::Task> chooseTask(
    const std::string& where, const std::optional<api::Task>& wanted, const RowSource& source,
    const ModelTraits& traits);

} // namespace sida::dataset
