// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/replay/cache_model.h"

namespace sida::replay
{

/// Plays the trace with one configuration and so many slots: one bus that copies one expert at a time, demand
/// first, then what the tables name in the order of use; a hash-building thread that is ahead as far as the
/// queue allows; layers that compute what is there and then what comes. Times of computing and of a copy are
/// those of the recording. `budgetBytes` of the result is left 0.
api::ReplayPoint
play(const Trace& trace, const Future& future, const api::ReplayConfiguration& configuration, int slots);

} // namespace sida::replay
