// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::predictor
{

/// The number that the whole text spells, in C's notation, or nothing.
template <typename Number>
std::optional<Number> parseWhole(std::string_view text)
{
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

/// Typed access to a file's metadata strings; every error names the file and the field.
class FileFields
{
public:
    FileFields(std::filesystem::path path, const std::map<std::string, std::string>& fields)
        : m_path(std::move(path))
        , m_fields(fields)
    {
    }

    const std::filesystem::path& path() const { return m_path; }
    Result<std::string> text(const std::string& field) const; ///< not empty
    Result<int> integer(const std::string& field, int least, int most) const;
    Result<double> numberOr(const std::string& field, double least, double most, double absent) const;
    /// Parts between commas, at least one and at most `most`.
    Result<std::vector<std::string>> list(const std::string& field, std::size_t most) const;
    /// What was found is quoted.
    tl::unexpected<Error> wrong(const std::string& field, std::string_view expected) const;

private:
    std::filesystem::path m_path;
    const std::map<std::string, std::string>& m_fields;
};

} // namespace sida::predictor
