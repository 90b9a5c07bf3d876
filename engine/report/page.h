// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace sida::report
{

/// Everything of a page before its content: style sheet, hatch patterns, the begin of its element main. Both
/// texts of a page are escaped.
std::string beginPage(std::string_view title);

/// The foot of a page: how its figures were measured, and the command that makes it.
std::string endPage(std::string_view howMeasured, std::string_view command);

} // namespace sida::report
