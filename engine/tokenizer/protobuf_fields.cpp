// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/protobuf_fields.h"

namespace sida::tokenizer
{

std::optional<std::string_view> ProtobufFields::take(std::uint64_t count)
{
    if (count > m_rest.size())
        return std::nullopt;
    const std::string_view taken = m_rest.substr(0, count);
    m_rest.remove_prefix(count);
    return taken;
}

std::optional<std::uint64_t> ProtobufFields::varint()
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

std::optional<ProtobufFields::Field> ProtobufFields::next()
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

} // namespace sida::tokenizer
