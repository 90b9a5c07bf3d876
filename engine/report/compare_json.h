// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/compare.h"

#include <string>

namespace sida::report
{

/// The object of `sida compare --json` (docs/command-line.md).
std::string compareJson(const api::Comparison& comparison);

} // namespace sida::report
