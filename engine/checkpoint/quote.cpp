// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/quote.h"

#include <cstdint>
#include <cstring>
#include <fmt/format.h>

namespace sida::checkpoint
{

namespace
{

unsigned char byteAt(std::string_view text, std::size_t at)
{
    return static_cast<unsigned char>(text[at]);
}

/// Length of the valid sequence that starts at `at` with a byte above 0x7f, or 0.
std::size_t multibyteLength(std::string_view text, std::size_t at)
{
    const unsigned char first = byteAt(text, at);
    const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() - at < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byteAt(text, at + i) & 0xc0) != 0x80)
            return 0;
    }
    const unsigned char second = byteAt(text, at + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second > 0x9f;
    const bool beyond = first == 0xf4 && second > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

} // namespace

std::size_t findInvalidUtf8(std::string_view text)
{
    std::size_t at = 0;
    while (at < text.size()) {
        // Most text is ASCII: eight bytes at a time.
        std::uint64_t word = 0;
        while (text.size() - at >= sizeof word) {
            std::memcpy(&word, text.data() + at, sizeof word);
            if ((word & 0x8080808080808080u) != 0)
                break;
            at += sizeof word;
        }
        if (at >= text.size())
            break;
        if (byteAt(text, at) < 0x80) {
            ++at;
            continue;
        }
        const std::size_t length = multibyteLength(text, at);
        if (length == 0)
            return at;
        at += length;
    }
    return std::string_view::npos;
}

std::string quote(std::string_view text, std::size_t limit)
{
    std::string result = "'";
    std::size_t at = 0;
    while (at < text.size() && at < limit) {
        const unsigned char byte = byteAt(text, at);
        const std::size_t length = byte < 0x80 ? 1 : multibyteLength(text, at);
        if (length == 0 || byte < 0x20 || byte == 0x7f) {
            result += fmt::format("\\x{:02x}", byte);
            ++at;
        } else {
            result += text.substr(at, length);
            at += length;
        }
    }
    return result + (at < text.size() ? "...'" : "'");
}

} // namespace sida::checkpoint
