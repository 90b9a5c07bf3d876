// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"

#include <string>

namespace sida::cli
{

/// A classifier's run pools otherwise than its head was trained: what differs and what to do, in one line.
/// Empty where it does not, or where nobody knows. `paddedLength` is RunOptions::paperPooling.
std::string poolingNote(const api::ModelInfo& model, api::Task task, int paddedLength);

} // namespace sida::cli
