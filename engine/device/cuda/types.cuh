// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

/// Numbers of the three compute types: rounding as the reference implementation rounds, once after each of
/// its operators, with everything in between in f32.
namespace sida::cuda
{

using bf16 = __nv_bfloat16;
using f16 = __half;

template <typename T>
__device__ inline float toFloat(T value)
{
    return static_cast<float>(value);
}

template <typename T>
__device__ inline T fromFloat(float value);
template <>
__device__ inline float fromFloat<float>(float value)
{
    return value;
}
template <>
__device__ inline bf16 fromFloat<bf16>(float value)
{
    return __float2bfloat16_rn(value);
}
template <>
__device__ inline f16 fromFloat<f16>(float value)
{
    return __float2half_rn(value);
}

template <typename T>
__device__ inline float rounded(float value)
{
    return toFloat(fromFloat<T>(value));
}

/// Sixteen bytes of numbers, the widest load there is.
template <typename T>
struct alignas(16) Pack {
    static constexpr int kCount = 16 / sizeof(T);
    T values[kCount];
};

template <typename T>
__device__ inline Pack<T> loadPack(const T* from)
{
    Pack<T> pack;
    *reinterpret_cast<uint4*>(&pack) = *reinterpret_cast<const uint4*>(from);
    return pack;
}

/// Weights are read once: they need not displace activations from the caches.
template <typename T>
__device__ inline uint4 streamPack(const T* from)
{
    uint4 bits;
    asm volatile("ld.global.nc.L1::no_allocate.L2::256B.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(bits.x), "=r"(bits.y), "=r"(bits.z), "=r"(bits.w)
                 : "l"(from));
    return bits;
}

/// The kernels of a forward pass follow each other without a gap: each may begin before the one before it has
/// ended, fetches what does not depend on it, and waits here for the rest. Every thread of every kernel must
/// come here, or the kernel after it may see what is older than its predecessor.
__device__ inline void waitForPredecessor()
{
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

__device__ inline float warpSum(float value)
{
    for (int offset = 16; offset > 0; offset /= 2)
        value += __shfl_xor_sync(0xffffffffU, value, offset);
    return value;
}

__device__ inline float warpMax(float value)
{
    for (int offset = 16; offset > 0; offset /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffU, value, offset));
    return value;
}

} // namespace sida::cuda
