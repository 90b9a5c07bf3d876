// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/charsmap.h"

#include "engine/checkpoint/quote.h"
#include "engine/tokenizer/utf8.h"

#include <cstring>
#include <utf8proc.h>

namespace sida::tokenizer
{

namespace
{

/// The longest in use has 33; a table from elsewhere must not make a text grow without end.
constexpr std::size_t kMostReplacementBytes = 256;
/// Clusters from this size on go character by character.
constexpr std::size_t kLongClusterBytes = 6;
constexpr unsigned char kAsciiEnd = 0x80;

// A unit of darts-clone is a value, or an offset, a leaf flag and a label.
std::uint32_t offset(std::uint32_t unit)
{
    return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}
std::uint32_t label(std::uint32_t unit)
{
    return unit & ((1u << 31) | 0xffu);
}
bool hasLeaf(std::uint32_t unit)
{
    return (unit >> 8 & 1u) != 0;
}
std::uint32_t value(std::uint32_t unit)
{
    return unit & 0x7fffffffu;
}

/// Walks a whole trie, in which equal subtrees may be shared.
class TrieCheck
{
public:
    TrieCheck(const std::vector<std::uint32_t>& units, std::string_view replacements)
        : m_units(units)
        , m_nodes(units.size())
        , m_replacements(replacements)
    {
    }

    /// True if no text can lead out of the arrays or round in a circle, and every rule has a replacement of
    /// bearable length.
    bool isSound();

private:
    enum class Visit : std::uint8_t { none, open, done };
    struct Frame {
        std::uint32_t at = 0;
        std::uint32_t children = 0; ///< a child stands at children ^ label
        std::uint32_t nextByte = 0;
    };

    bool enter(std::uint32_t at);
    bool visitChild(Frame& frame);

    const std::vector<std::uint32_t>& m_units;
    std::vector<Visit> m_nodes;
    std::vector<Frame> m_open;
    std::string_view m_replacements;
};

bool TrieCheck::enter(std::uint32_t at)
{
    const std::uint32_t unit = m_units[at];
    const std::uint32_t children = at ^ offset(unit);
    if ((children | 0xffu) >= m_units.size())
        return false;
    if (hasLeaf(unit)) {
        const std::size_t begin = value(m_units[children]);
        if (begin >= m_replacements.size()
            || m_replacements.find('\0', begin) - begin > kMostReplacementBytes)
            return false;
    }
    m_nodes[at] = Visit::open;
    m_open.push_back({at, children, 0});
    return true;
}

bool TrieCheck::visitChild(Frame& frame)
{
    const std::uint32_t byte = frame.nextByte++;
    const std::uint32_t at = frame.children ^ byte;
    if (label(m_units[at]) != byte)
        return true;
    if (m_nodes[at] == Visit::none)
        return enter(at);
    return m_nodes[at] == Visit::done;
}

bool TrieCheck::isSound()
{
    if (m_units.empty() || !enter(0))
        return false;
    while (!m_open.empty()) {
        if (m_open.back().nextByte < 256) {
            if (!visitChild(m_open.back()))
                return false;
            continue;
        }
        m_nodes[m_open.back().at] = Visit::done;
        m_open.pop_back();
    }
    return true;
}

bool isAscii(char c)
{
    return static_cast<unsigned char>(c) < kAsciiEnd;
}

/// Where the grapheme cluster that begins at `at` ends.
std::size_t clusterEnd(std::string_view text, std::size_t at)
{
    utf8proc_int32_t state = 0;
    char32_t before = characterAt(text, at);
    at += characterBytes(text[at]);
    while (at < text.size()) {
        const char32_t next = characterAt(text, at);
        if (utf8proc_grapheme_break_stateful(
                static_cast<utf8proc_int32_t>(before), static_cast<utf8proc_int32_t>(next), &state))
            break;
        before = next;
        at += characterBytes(text[at]);
    }
    return at;
}

} // namespace

std::optional<Charsmap> Charsmap::parse(std::string_view blob)
{
    std::uint32_t trieBytes = 0;
    if (blob.size() <= sizeof trieBytes)
        return std::nullopt;
    std::memcpy(&trieBytes, blob.data(), sizeof trieBytes);
    blob.remove_prefix(sizeof trieBytes);
    if (trieBytes >= blob.size() || trieBytes % 4 != 0 || blob.back() != '\0')
        return std::nullopt;
    Charsmap map;
    map.m_units.resize(trieBytes / 4);
    std::memcpy(map.m_units.data(), blob.data(), trieBytes);
    map.m_replacements = blob.substr(trieBytes);
    if (checkpoint::findInvalidUtf8(map.m_replacements) != std::string_view::npos
        || !TrieCheck(map.m_units, map.m_replacements).isSound())
        return std::nullopt;
    map.indexAscii();
    return map;
}

void Charsmap::indexAscii()
{
    const std::uint32_t children = offset(m_units[0]);
    for (std::uint32_t c = 0; c < kAsciiEnd; ++c)
        m_asciiStays.push_back(c == 0 || label(m_units[children ^ c]) != c);
}

std::optional<std::string_view> Charsmap::replacement(std::string_view text) const
{
    std::uint32_t at = offset(m_units[0]);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        at ^= byte;
        const std::uint32_t unit = m_units[at];
        if (byte == 0 || label(unit) != byte)
            return std::nullopt;
        at ^= offset(unit);
        if (hasLeaf(unit))
            return std::string_view(m_replacements.c_str() + value(m_units[at]));
    }
    return std::nullopt;
}

void Charsmap::applyToCluster(std::string_view cluster, std::string& out) const
{
    if (cluster.size() < kLongClusterBytes) {
        if (const auto whole = replacement(cluster)) {
            out += *whole;
            return;
        }
    }
    for (std::size_t at = 0; at < cluster.size();) {
        const std::string_view character = cluster.substr(at, characterBytes(cluster[at]));
        out += replacement(character).value_or(character);
        at += character.size();
    }
}

std::string Charsmap::apply(std::string_view text) const
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        // Two ASCII characters side by side are two clusters, but for a line end.
        const bool isAlone = isAscii(c) && c != '\r' && (at + 1 == text.size() || isAscii(text[at + 1]));
        if (isAlone && m_asciiStays[static_cast<unsigned char>(c)]) {
            out += c;
            ++at;
            continue;
        }
        const std::size_t end = isAlone ? at + 1 : clusterEnd(text, at);
        applyToCluster(text.substr(at, end - at), out);
        at = end;
    }
    return out;
}

} // namespace sida::tokenizer
