// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace sida::cli
{

using TextRows = std::vector<std::pair<std::string, std::string>>;

/// "  name    value" lines, the values aligned. A row with an empty name continues the one above.
void writeRows(std::ostream& out, const TextRows& rows);

} // namespace sida::cli
