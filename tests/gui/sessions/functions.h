// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/session_functions.h"

#include <cstdint>

namespace sida::gui_test
{

/// A run that was not: `slotCount` slots of 192 experts.
std::shared_ptr<const api::Recording> someRun(int slotCount, std::uint64_t seed = 7, int batches = 40);

/// Replay and reports of the engine; sessions are runs named by their slots ("24.sida") or read from disk.
ui::SessionFunctions testFunctions();

} // namespace sida::gui_test
