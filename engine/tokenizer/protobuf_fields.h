// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sida::tokenizer
{

/// Walks the fields of one protocol buffer message.
class ProtobufFields
{
public:
    explicit ProtobufFields(std::string_view message)
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
    std::optional<std::string_view> take(std::uint64_t count);

    std::string_view m_rest;
    bool m_broken = false;
};

} // namespace sida::tokenizer
