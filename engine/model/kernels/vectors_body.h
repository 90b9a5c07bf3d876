// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Part of kernels_body.h: compiled once per instruction set.

namespace sida::model::kernels
{
namespace
{

using Size = std::size_t;
using Vec = float __attribute__((vector_size(kLanes * sizeof(float))));
using IntVec = int __attribute__((vector_size(kLanes * sizeof(float))));
using LooseVec = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
using Quad = float __attribute__((vector_size(16)));
using LooseQuad = float __attribute__((vector_size(16), aligned(4), may_alias));

constexpr Size kVecsPerPanel = kPanel / kLanes;

#define SIDA_INLINE inline __attribute__((always_inline))

SIDA_INLINE Vec load(const float* from)
{
    return *reinterpret_cast<const LooseVec*>(from);
}
SIDA_INLINE void store(float* to, Vec value)
{
    *reinterpret_cast<LooseVec*>(to) = value;
}

SIDA_INLINE Vec loadPart(const float* from, Size count)
{
    Vec value = {};
    __builtin_memcpy(&value, from, count * sizeof(float));
    return value;
}

/// Weights of half precision, told apart by type.
struct Bf16 {
    unsigned short bits;
};
struct F16 {
    unsigned short bits;
};
using HalfVec = unsigned short __attribute__((vector_size(kLanes * sizeof(short))));
using LooseHalfVec
    = unsigned short __attribute__((vector_size(kLanes * sizeof(short)), aligned(2), may_alias));

SIDA_INLINE Vec asFloats(IntVec bits)
{
    Vec value;
    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}
SIDA_INLINE IntVec asBits(Vec value)
{
    IntVec bits;
    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

SIDA_INLINE Vec widen(HalfVec half, Bf16)
{
    return asFloats(__builtin_convertvector(half, IntVec) << 16);
}
SIDA_INLINE Vec widen(HalfVec half, F16)
{
    const IntVec bits = __builtin_convertvector(half, IntVec);
    const IntVec magnitude = (bits & 0x7FFF) << 13;
    const IntVec exponent = magnitude & (0x7C00 << 13);
    IntVec wide = magnitude + (112 << 23);
    wide = exponent == (0x7C00 << 13) ? wide + (112 << 23) : wide; // infinite, or not a number
    // Below the normal numbers: count from the smallest normal one instead of dividing by a power of two.
    const Vec small = asFloats(wide + (1 << 23)) - asFloats(IntVec{} + (113 << 23));
    const Vec value = exponent == IntVec{} ? small : asFloats(wide);
    return asFloats(asBits(value) | ((bits & 0x8000) << 16));
}

SIDA_INLINE Vec load(const Bf16* from)
{
    return widen(*reinterpret_cast<const LooseHalfVec*>(from), Bf16{});
}
SIDA_INLINE Vec load(const F16* from)
{
    return widen(*reinterpret_cast<const LooseHalfVec*>(from), F16{});
}
template <typename Half>
SIDA_INLINE Vec loadPart(const Half* from, Size count)
{
    HalfVec half = {};
    __builtin_memcpy(&half, from, count * sizeof(short));
    return widen(half, Half{});
}

SIDA_INLINE Vec magnitude(Vec value)
{
    return asFloats(asBits(value) & 0x7FFFFFFF);
}

/// To the nearest, ties to even.
SIDA_INLINE Vec toBf16(Vec value)
{
    const IntVec bits = asBits(value);
    const Vec near = asFloats((bits + 0x7FFF + ((bits >> 16) & 1)) & static_cast<int>(0xFFFF0000));
    return value == value ? near : value;
}
SIDA_INLINE Vec toF16(Vec value)
{
    const IntVec sign = asBits(value) & static_cast<int>(0x80000000);
    const Vec size = magnitude(value);
    const IntVec bits = asBits(size);
    Vec near = asFloats((bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFF);
    near = near > Vec{} + 65504.0F ? Vec{} + __builtin_inff() : near;
    // Below the normal numbers: adding 0.5 leaves whole multiples of 2^-24.
    const Vec small = (size + 0.5F) - 0.5F;
    near = size < Vec{} + 0x1p-14F ? small : near;
    near = asFloats(asBits(near) | sign);
    return value == value ? near : value;
}
SIDA_INLINE Vec rounded(Vec value, Element element)
{
    if (element == Element::f32)
        return value;
    return element == Element::bf16 ? toBf16(value) : toF16(value);
}
/// A residual sum: in float16 infinite ones become 65504 - 1000, rounded.
SIDA_INLINE Vec roundedSum(Vec value, Element element)
{
    value = rounded(value, element);
    if (element != Element::f16)
        return value;
    const Vec limit = Vec{} + 64512.0F;
    value = value > Vec{} + 65504.0F ? limit : value;
    return value < Vec{} - 65504.0F ? -limit : value;
}

SIDA_INLINE Vec larger(Vec a, Vec b)
{
    return a > b ? a : b;
}

/// What is stored for a sum; `before` is what stood there.
template <Store mode>
SIDA_INLINE Vec finished(Vec value, Vec before, Element element)
{
    value = rounded(value, element);
    if constexpr (mode == Store::add)
        value = roundedSum(value + before, element);
    if constexpr (mode == Store::relu)
        value = larger(Vec{}, value); // in this order what is not a number stays that, as upstream has it
    return value;
}

template <Store mode>
SIDA_INLINE void finish(float* out, Vec value, Element element)
{
    store(out, finished<mode>(value, mode == Store::add ? load(out) : Vec{}, element));
}

template <Store mode>
SIDA_INLINE void finishPart(float* out, Vec value, Size count, Element element)
{
    value = finished<mode>(value, mode == Store::add ? loadPart(out, count) : Vec{}, element);
    __builtin_memcpy(out, &value, count * sizeof(float));
}

} // namespace
} // namespace sida::model::kernels
