// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text_table.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::cli
{

void writeRows(std::ostream& out, const TextRows& rows)
{
    std::size_t width = 0;
    for (const auto& [name, value] : rows)
        width = std::max(width, name.size());
    for (const auto& [name, value] : rows)
        out << fmt::format("  {:<{}}  {}\n", name, width, value);
}

} // namespace sida::cli
