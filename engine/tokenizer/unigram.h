// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::tokenizer
{

/// SentencePiece's unigram model as Hugging Face runs it: of all ways to write a word with pieces the one
/// whose scores sum highest; characters that no piece covers are unknown, one id for a run of them.
class Unigram
{
public:
    struct Piece {
        std::string text;
        double score = 0;
    };
    /// The index of a piece is its id. `where` begins each message.
    static Result<Unigram> make(std::vector<Piece> pieces, std::int32_t unknown, const std::string& where);

    /// Kept from word to word, so that none is allocated anew.
    struct Scratch {
        struct Node {
            double score = 0; ///< of the best way to get here
            std::size_t begin = 0; ///< of its last piece
            std::int32_t id = -1; ///< of its last piece; -1: no way leads here
        };
        std::vector<Node> ends;
        std::vector<std::int32_t> reversed;
    };
    /// Appends the ids of a word of valid UTF-8.
    void encode(std::string_view word, Scratch& scratch, std::vector<std::int32_t>& ids) const;

    int size() const { return static_cast<int>(m_pieces.size()); }
    const std::string& text(std::int32_t id) const { return m_pieces[static_cast<std::size_t>(id)].text; }
    std::int32_t unknown() const { return m_unknown; }
    /// The id of a piece; of two with the same text the later one's.
    std::optional<std::int32_t> find(std::string_view text) const;

private:
    /// A node's children stand side by side, ordered by their byte.
    struct Node {
        std::uint32_t firstChild = 0;
        std::uint16_t children = 0;
        std::uint8_t byte = 0;
        std::int32_t id = -1; ///< of the piece that ends here
    };

    Unigram() = default;
    void buildTrie();
    const Node* child(const Node& node, char byte) const;
    void encodeStretch(std::string_view word, Scratch& scratch, std::vector<std::int32_t>& ids) const;

    std::vector<Piece> m_pieces;
    std::vector<Node> m_nodes;
    std::int32_t m_unknown = 0;
    double m_unknownScore = 0;
};

} // namespace sida::tokenizer
