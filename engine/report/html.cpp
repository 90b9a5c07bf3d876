// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/html.h"

#include <cstdint>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes of the well-formed UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t sequenceLength(std::string_view text)
{
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xC2 && first <= 0xDF ? 2
        : first >= 0xE0 && first <= 0xEF                      ? 3
        : first >= 0xF0 && first <= 0xF4                      ? 4
                                                              : 0;
    if (length == 0 || text.size() < length)
        return 0;
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0) != 0x80)
            return 0;
    }
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    const bool beyond = first == 0xF4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

bool isForbiddenControl(char character)
{
    const auto code = static_cast<std::uint8_t>(character);
    return (code < 0x20 && character != '\t' && character != '\n') || code == 0x7F;
}

} // namespace

std::string escape(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequenceLength(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        text.remove_prefix(character.size());
        if (length == 0 || isForbiddenControl(character[0]))
            out += kReplacement;
        else if (character == "&")
            out += "&amp;";
        else if (character == "<")
            out += "&lt;";
        else if (character == ">")
            out += "&gt;";
        else if (character == "\"")
            out += "&quot;";
        else if (character == "'")
            out += "&#39;";
        else
            out += character;
    }
    return out;
}

std::string heading(std::string_view title, std::string_view note)
{
    if (note.empty())
        return fmt::format("<h2>{}</h2>\n", escape(title));
    return fmt::format("<h2>{} <small>{}</small></h2>\n", escape(title), escape(note));
}

std::string section(std::string_view cssClass, const std::string& content)
{
    return fmt::format("<section class=\"{}\">\n{}</section>\n", cssClass, content);
}

} // namespace sida::report
