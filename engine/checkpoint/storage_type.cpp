// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/storage_type.h"

#include <algorithm>
#include <array>

namespace sida::checkpoint
{

namespace
{

struct TypeRow {
    StorageType type;
    std::string_view name;
    int bits;
};

/// Names and order of huggingface/safetensors.
constexpr std::array<TypeRow, 22> kTypes = {{
    {StorageType::boolean, "BOOL", 8},
    {StorageType::f4, "F4", 4},
    {StorageType::f6E2m3, "F6_E2M3", 6},
    {StorageType::f6E3m2, "F6_E3M2", 6},
    {StorageType::u8, "U8", 8},
    {StorageType::i8, "I8", 8},
    {StorageType::f8E5m2, "F8_E5M2", 8},
    {StorageType::f8E4m3, "F8_E4M3", 8},
    {StorageType::f8E8m0, "F8_E8M0", 8},
    {StorageType::f8E4m3Fnuz, "F8_E4M3FNUZ", 8},
    {StorageType::f8E5m2Fnuz, "F8_E5M2FNUZ", 8},
    {StorageType::i16, "I16", 16},
    {StorageType::u16, "U16", 16},
    {StorageType::f16, "F16", 16},
    {StorageType::bf16, "BF16", 16},
    {StorageType::i32, "I32", 32},
    {StorageType::u32, "U32", 32},
    {StorageType::f32, "F32", 32},
    {StorageType::c64, "C64", 64},
    {StorageType::f64, "F64", 64},
    {StorageType::i64, "I64", 64},
    {StorageType::u64, "U64", 64},
}};

const TypeRow& row(StorageType type)
{
    return kTypes.at(static_cast<std::size_t>(type));
}

} // namespace

std::string_view name(StorageType type)
{
    return row(type).name;
}

int bits(StorageType type)
{
    return row(type).bits;
}

std::optional<StorageType> storageType(std::string_view name)
{
    const auto found = std::find_if(
        kTypes.begin(), kTypes.end(), [name](const TypeRow& candidate) { return candidate.name == name; });
    return found == kTypes.end() ? std::nullopt : std::optional(found->type);
}

std::optional<std::uint64_t> dataBytes(StorageType type, const std::vector<std::int64_t>& shape)
{
    std::uint64_t elements = 1;
    for (const std::int64_t extent : shape) {
        if (extent < 0 || __builtin_mul_overflow(elements, static_cast<std::uint64_t>(extent), &elements))
            return std::nullopt;
    }
    std::uint64_t total = 0;
    if (__builtin_mul_overflow(elements, static_cast<std::uint64_t>(bits(type)), &total) || total % 8 != 0)
        return std::nullopt;
    return total / 8;
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace sida::checkpoint
