// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/base/result.h"

#include <ostream>

namespace sida::report
{

/// The run in the Trace Event Format (JSON object form), which ui.perfetto.dev and chrome://tracing open:
/// tracks for batches, MoE layers, hash building, copies, stalls and budget changes; a flow from each hash
/// table to the copies made for its batch and from a copy to the layer that used it; counters for memory by
/// purpose and the hit rate.
Status writeTrace(const api::Recording& recording, std::ostream& out);

} // namespace sida::report
