// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"

#include <string>

namespace sida::ui
{

/// The batches that begin in the range, one a line, with their figures; times in seconds since the session
/// began, waits in milliseconds. The first line names the columns.
std::string rangeCsv(const RecordingModel& model, TimeRange range);

} // namespace sida::ui
