// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/unigram.h"

#include "engine/tokenizer/utf8.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace sida::tokenizer
{

namespace
{

// The largest vocabularies in use have 256,000 pieces of some 2 MB.
constexpr std::size_t kMostPieces = 1'000'000;
constexpr std::size_t kMostPieceBytes = std::size_t{16} * 1024 * 1024;
/// What an unknown character costs more than the least likely piece.
constexpr double kUnknownPenalty = 10;
/// A word takes 24 bytes a byte while it is looked at; one longer than this is no word and is cut.
constexpr std::size_t kMostWordBytes = std::size_t{1} << 20U;

} // namespace

Result<Unigram> Unigram::make(std::vector<Piece> pieces, std::int32_t unknown, const std::string& where)
{
    if (pieces.empty() || pieces.size() > kMostPieces)
        return badInput(
            fmt::format("{}: expected 1 to {} pieces, found {}", where, kMostPieces, pieces.size()));
    if (unknown < 0 || static_cast<std::size_t>(unknown) >= pieces.size())
        return badInput(fmt::format(
            "{}: expected the id of unknown text among the {} pieces, found {}", where, pieces.size(),
            unknown));
    std::size_t bytes = 0;
    double least = std::numeric_limits<double>::infinity();
    for (const Piece& piece : pieces) {
        bytes += piece.text.size();
        least = std::min(least, piece.score);
        if (!std::isfinite(piece.score))
            return badInput(fmt::format("{}: a piece's score is not a finite number", where));
    }
    if (bytes > kMostPieceBytes)
        return badInput(fmt::format(
            "{}: expected pieces of at most {} bytes together, found {}", where, kMostPieceBytes, bytes));
    Unigram model;
    model.m_pieces = std::move(pieces);
    model.m_unknown = unknown;
    model.m_unknownScore = least - kUnknownPenalty;
    model.buildTrie();
    return model;
}

void Unigram::buildTrie()
{
    std::vector<std::int32_t> sorted(m_pieces.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    std::sort(sorted.begin(), sorted.end(), [this](std::int32_t a, std::int32_t b) {
        const int order = text(a).compare(text(b));
        return order < 0 || (order == 0 && a < b);
    });
    // Breadth first: each node stands for a range of pieces with the same first `depth` bytes.
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t depth = 0;
    };
    std::vector<Range> ranges = {{0, sorted.size(), 0}};
    m_nodes = {Node{}};
    for (std::size_t at = 0; at < m_nodes.size(); ++at) {
        Range range = ranges[at];
        for (; range.begin < range.end && text(sorted[range.begin]).size() == range.depth; ++range.begin) {
            if (range.depth > 0)
                m_nodes[at].id = sorted[range.begin]; // the last of equal ones stays
        }
        m_nodes[at].firstChild = static_cast<std::uint32_t>(m_nodes.size());
        while (range.begin < range.end) {
            const char byte = text(sorted[range.begin])[range.depth];
            std::size_t end = range.begin;
            while (end < range.end && text(sorted[end])[range.depth] == byte)
                ++end;
            ++m_nodes[at].children;
            m_nodes.push_back({0, 0, static_cast<std::uint8_t>(byte), -1});
            ranges.push_back({range.begin, end, range.depth + 1});
            range.begin = end;
        }
    }
}

const Unigram::Node* Unigram::child(const Node& node, char byte) const
{
    const auto first = m_nodes.begin() + static_cast<std::ptrdiff_t>(node.firstChild);
    const auto last = first + node.children;
    const auto wanted = static_cast<std::uint8_t>(byte);
    const auto found = std::lower_bound(first, last, wanted, [](const Node& candidate, std::uint8_t value) {
        return candidate.byte < value;
    });
    return found != last && found->byte == wanted ? &*found : nullptr;
}

std::optional<std::int32_t> Unigram::find(std::string_view text) const
{
    const Node* node = &m_nodes.front();
    for (const char byte : text) {
        node = child(*node, byte);
        if (!node)
            return std::nullopt;
    }
    return node->id >= 0 ? std::optional(node->id) : std::nullopt;
}

void Unigram::encode(std::string_view word, Scratch& scratch, std::vector<std::int32_t>& ids) const
{
    while (!word.empty()) {
        std::size_t bytes = std::min(word.size(), kMostWordBytes);
        while (bytes < word.size() && (static_cast<unsigned char>(word[bytes]) & 0xc0) == 0x80)
            --bytes;
        encodeStretch(word.substr(0, bytes), scratch, ids);
        word.remove_prefix(bytes);
    }
}

void Unigram::encodeStretch(std::string_view word, Scratch& scratch, std::vector<std::int32_t>& ids) const
{
    auto& ends = scratch.ends;
    ends.assign(word.size() + 1, {});
    const auto offer = [&](std::size_t begin, std::size_t end, double score, std::int32_t id) {
        score += ends[begin].score;
        if (ends[end].id < 0 || score > ends[end].score)
            ends[end] = {score, begin, id};
    };
    for (std::size_t begin = 0; begin < word.size();) {
        const std::size_t next = begin + characterBytes(word[begin]);
        bool hasCharacter = false;
        const Node* node = &m_nodes.front();
        for (std::size_t end = begin; end < word.size();) {
            node = child(*node, word[end++]);
            if (!node)
                break;
            if (node->id < 0)
                continue;
            offer(begin, end, m_pieces[static_cast<std::size_t>(node->id)].score, node->id);
            hasCharacter = hasCharacter || end == next;
        }
        if (!hasCharacter)
            offer(begin, std::min(next, word.size()), m_unknownScore, m_unknown);
        begin = next;
    }
    // Backwards along the best way; a run of unknown characters is one token, which may be a piece after all.
    auto& reversed = scratch.reversed;
    reversed.clear();
    for (std::size_t end = word.size(); end > 0;) {
        std::size_t begin = ends[end].begin;
        std::int32_t id = ends[end].id;
        if (id == m_unknown) {
            while (begin > 0 && ends[begin].id == m_unknown)
                begin = ends[begin].begin;
            id = find(word.substr(begin, end - begin)).value_or(m_unknown);
        }
        reversed.push_back(id);
        end = begin;
    }
    ids.insert(ids.end(), reversed.rbegin(), reversed.rend());
}

} // namespace sida::tokenizer
