// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

namespace sida::profile
{

/// Puts rows of each kind into the order of time. Kinds that belong to a batch rather than a moment go by
/// batch, then layer, then expert. Rows of equal time keep their order.
void orderRows(api::RecordingChunk& rows);

} // namespace sida::profile
