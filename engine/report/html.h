// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace sida::report
{

/// Text from outside as it may stand between tags and inside quoted attributes. Bytes that are no UTF-8 and
/// characters that HTML forbids become U+FFFD.
std::string escape(std::string_view text);

/// A heading with an explanation in secondary text; both are escaped.
std::string heading(std::string_view title, std::string_view note = {});

/// A section that print keeps on one page. The content is markup.
std::string section(std::string_view cssClass, const std::string& content);

} // namespace sida::report
