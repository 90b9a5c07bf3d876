// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/base/result.h"

#include <filesystem>

namespace sida::report
{

/// One CSV file for each table of the session (docs/session-format.md, the same columns, codes as words) into
/// a new folder, which appears when all of them are written. `folder` must not be there, or be empty. RFC
/// 4180: commas, quotes doubled, lines end in CRLF; a field that a spreadsheet would take for a formula is
/// preceded by an apostrophe.
Status writeCsv(const api::Recording& recording, const std::filesystem::path& folder);

} // namespace sida::report
