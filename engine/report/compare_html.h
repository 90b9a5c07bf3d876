// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/compare.h"
#include "engine/base/result.h"

#include <span>
#include <string>

namespace sida::report
{

/// Two or more runs side by side as one self-contained HTML file, of the same make as `toHtml`: what differs
/// in their settings first, then their figures with difference and verdict, throughput over time, and which
/// experts got more or less. The first run is the baseline. A usage error with fewer than two runs.
Result<std::string> compareHtml(std::span<const api::NamedRecording> runs);

} // namespace sida::report
