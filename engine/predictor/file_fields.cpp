// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/file_fields.h"

#include "engine/checkpoint/quote.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::predictor
{

Result<std::string> FileFields::text(const std::string& field) const
{
    const auto found = m_fields.find(field);
    if (found == m_fields.end())
        return badInput(fmt::format(
            "{}: metadata field {} is missing; expected a predictor written by `sida train`", m_path.string(),
            field));
    if (found->second.empty())
        return wrong(field, "a value");
    return found->second;
}

Result<int> FileFields::integer(const std::string& field, int least, int most) const
{
    SIDA_TRY_ASSIGN(const std::string value, text(field));
    const auto number = parseWhole<int>(value);
    if (!number || *number < least || *number > most)
        return wrong(field, fmt::format("a whole number from {} to {}", least, most));
    return *number;
}

Result<double> FileFields::numberOr(const std::string& field, double least, double most, double absent) const
{
    const auto found = m_fields.find(field);
    if (found == m_fields.end())
        return absent;
    const auto number = parseWhole<double>(found->second);
    if (!number || !(*number >= least && *number <= most))
        return wrong(field, fmt::format("a number from {} to {}", least, most));
    return *number;
}

Result<std::vector<std::string>> FileFields::list(const std::string& field, std::size_t most) const
{
    SIDA_TRY_ASSIGN(const std::string value, text(field));
    if (static_cast<std::size_t>(std::count(value.begin(), value.end(), ',')) >= most)
        return wrong(field, fmt::format("at most {} parts", most));
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (true) {
        const std::size_t comma = value.find(',', begin);
        parts.push_back(value.substr(begin, comma - begin));
        if (comma == std::string::npos)
            return parts;
        begin = comma + 1;
    }
}

tl::unexpected<Error> FileFields::wrong(const std::string& field, std::string_view expected) const
{
    const auto found = m_fields.find(field);
    return badInput(fmt::format(
        "{}: metadata field {}: expected {}, found {}", m_path.string(), field, expected,
        checkpoint::quote(found == m_fields.end() ? "" : found->second)));
}

} // namespace sida::predictor
