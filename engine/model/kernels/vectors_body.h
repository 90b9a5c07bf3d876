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

SIDA_INLINE Vec larger(Vec a, Vec b)
{
    return a > b ? a : b;
}

template <Store mode>
SIDA_INLINE void finish(float* out, Vec value)
{
    if constexpr (mode == Store::add)
        value += load(out);
    if constexpr (mode == Store::relu)
        value = larger(value, Vec{});
    store(out, value);
}

template <Store mode>
SIDA_INLINE void finishPart(float* out, Vec value, Size count)
{
    if constexpr (mode == Store::add)
        value += loadPart(out, count);
    if constexpr (mode == Store::relu)
        value = larger(value, Vec{});
    __builtin_memcpy(out, &value, count * sizeof(float));
}

} // namespace
} // namespace sida::model::kernels
