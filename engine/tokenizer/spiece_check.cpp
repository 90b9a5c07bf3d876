// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/spiece_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace sida::tokenizer
{

namespace
{

// Field numbers of sentencepiece_model.proto.
constexpr std::uint64_t kTrainerSpec = 2;
constexpr std::uint64_t kNormalizerSpec = 3;
constexpr std::uint64_t kDenormalizerSpec = 5;
constexpr std::uint64_t kModelTypeInTrainerSpec = 3;
constexpr std::uint64_t kCharsmapInNormalizerSpec = 2;

/// The library collects that many matches on its stack.
constexpr int kMaxMatches = 32;

/// Walks the fields of one protocol buffer message.
class Fields
{
public:
    explicit Fields(std::string_view message)
        : m_rest(message)
    {
    }

    struct Field {
        std::uint64_t number = 0;
        std::uint64_t value = 0; ///< of a varint
        std::string_view bytes; ///< of a length-delimited field
    };
    /// Nothing at the end, and when the message is broken (see broken()).
    std::optional<Field> next();
    bool broken() const { return m_broken; }

private:
    std::optional<std::uint64_t> varint();
    std::optional<std::string_view> take(std::uint64_t count)
    {
        if (count > m_rest.size())
            return std::nullopt;
        const std::string_view taken = m_rest.substr(0, count);
        m_rest.remove_prefix(count);
        return taken;
    }

    std::string_view m_rest;
    bool m_broken = false;
};

std::optional<std::uint64_t> Fields::varint()
{
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(m_rest.front());
        m_rest.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80)
            return value;
    }
    return std::nullopt;
}

std::optional<Fields::Field> Fields::next()
{
    if (m_rest.empty())
        return std::nullopt;
    m_broken = true;
    const auto key = varint();
    if (!key)
        return std::nullopt;
    Field field{*key >> 3, 0, {}};
    std::optional<std::uint64_t> value = 0;
    std::optional<std::string_view> bytes = std::string_view();
    switch (*key & 7) {
    case 0:
        value = varint();
        break;
    case 1:
        bytes = take(8);
        break;
    case 2:
        value = varint();
        bytes = value ? take(*value) : std::nullopt;
        break;
    case 5:
        bytes = take(4);
        break;
    default:
        return std::nullopt;
    }
    if (!value || !bytes)
        return std::nullopt;
    m_broken = false;
    field.value = *value;
    field.bytes = *bytes;
    return field;
}

/// The trie of darts-clone, in which equal subtrees may be shared: unit = value or (offset, leaf flag,
/// label).
class Trie
{
public:
    Trie(std::string_view units, std::size_t replacements)
        : m_units(units.size() / 4)
        , m_nodes(m_units.size())
        , m_replacements(replacements)
    {
        std::memcpy(m_units.data(), units.data(), m_units.size() * 4);
    }

    /// True if no text can lead out of the arrays, round in a circle or to more matches than there is room
    /// for.
    bool isSound();

private:
    enum class Visit : std::uint8_t { none, open, done };
    struct Node {
        Visit visit = Visit::none;
        std::uint8_t matches = 0; ///< most rules that end on one way from here downwards, once done
    };
    struct Frame {
        std::uint32_t at = 0;
        std::uint32_t children = 0; ///< a child stands at children ^ label
        std::uint32_t nextByte = 0;
        int matches = 0; ///< of the children seen so far
    };

    static std::uint32_t offset(std::uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }
    static std::uint32_t label(std::uint32_t unit) { return unit & ((1u << 31) | 0xffu); }
    static bool hasLeaf(std::uint32_t unit) { return (unit >> 8 & 1u) != 0; }
    bool enter(std::uint32_t at);
    bool visitChild(Frame& frame);
    bool leave();

    std::vector<std::uint32_t> m_units;
    std::vector<Node> m_nodes;
    std::vector<Frame> m_open;
    std::size_t m_replacements;
};

bool Trie::enter(std::uint32_t at)
{
    const std::uint32_t unit = m_units[at];
    const std::uint32_t children = at ^ offset(unit);
    if ((children | 0xffu) >= m_units.size())
        return false;
    if (hasLeaf(unit) && (m_units[children] & 0x7fffffffu) >= m_replacements)
        return false;
    m_nodes[at].visit = Visit::open;
    m_open.push_back({at, children, 0, 0});
    return true;
}

bool Trie::visitChild(Frame& frame)
{
    const std::uint32_t byte = frame.nextByte++;
    const std::uint32_t at = frame.children ^ byte;
    if (label(m_units[at]) != byte)
        return true;
    if (m_nodes[at].visit == Visit::none)
        return enter(at);
    frame.matches = std::max<int>(frame.matches, m_nodes[at].matches);
    return m_nodes[at].visit == Visit::done;
}

bool Trie::leave()
{
    const Frame frame = m_open.back();
    m_open.pop_back();
    const int matches = frame.matches + (hasLeaf(m_units[frame.at]) ? 1 : 0);
    if (matches > kMaxMatches)
        return false;
    m_nodes[frame.at] = {Visit::done, static_cast<std::uint8_t>(matches)};
    if (!m_open.empty())
        m_open.back().matches = std::max(m_open.back().matches, matches);
    return true;
}

bool Trie::isSound()
{
    if (m_units.empty() || !enter(0))
        return false;
    while (!m_open.empty()) {
        if (!(m_open.back().nextByte < 256 ? visitChild(m_open.back()) : leave()))
            return false;
    }
    return true;
}

/// u32 size of the trie, the trie, then replacement strings that end in NUL each.
bool isSoundCharsmap(std::string_view blob)
{
    if (blob.empty())
        return true;
    std::uint32_t trieBytes = 0;
    if (blob.size() <= sizeof trieBytes)
        return false;
    std::memcpy(&trieBytes, blob.data(), sizeof trieBytes);
    blob.remove_prefix(sizeof trieBytes);
    if (trieBytes >= blob.size() || trieBytes % 4 != 0 || blob.back() != '\0')
        return false;
    return Trie(blob.substr(0, trieBytes), blob.size() - trieBytes).isSound();
}

} // namespace

Result<std::string> checkSentencePieceModel(std::string_view model, const std::string& where)
{
    constexpr std::array<const char*, 5> kKinds = {"", "unigram", "bpe", "word", "char"};
    std::uint64_t kind = 1;
    bool sound = true;
    Fields fields(model);
    while (const auto field = fields.next()) {
        Fields inner(field->bytes);
        const bool isTrainer = field->number == kTrainerSpec;
        if (!isTrainer && field->number != kNormalizerSpec && field->number != kDenormalizerSpec)
            continue;
        while (const auto part = inner.next()) {
            if (isTrainer && part->number == kModelTypeInTrainerSpec)
                kind = part->value;
            else if (!isTrainer && part->number == kCharsmapInNormalizerSpec)
                sound = sound && isSoundCharsmap(part->bytes);
        }
        sound = sound && !inner.broken();
    }
    if (fields.broken() || !sound || kind == 0 || kind >= kKinds.size())
        return badInput(fmt::format(
            "{}: expected a SentencePiece model, found something else or a damaged one; copy the file again",
            where));
    return std::string(kKinds[kind]);
}

} // namespace sida::tokenizer
