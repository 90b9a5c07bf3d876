// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Part of kernels_body.h: compiled once per instruction set.

namespace sida::model::kernels
{
namespace
{

/// body(at, count) for each vector of `width` floats, the last one in part.
template <typename Body>
SIDA_INLINE void eachVec(Size width, const Body& body)
{
    Size at = 0;
    for (; at + kLanes <= width; at += kLanes)
        body(at, kLanes);
    if (at < width)
        body(at, width - at);
}

void norm(const float* in, const float* weight, float epsilon, Size width, float* out, Element result)
{
    Vec squares = {};
    Size i = 0;
    for (; i + kLanes <= width; i += kLanes) {
        const Vec x = load(in + i);
        squares += x * x;
    }
    if (i < width) {
        const Vec x = loadPart(in + i, width - i);
        squares += x * x;
    }
    const float scale = 1.0F / __builtin_sqrtf(total(squares) / static_cast<float>(width) + epsilon);
    if (result == Element::f32) {
        for (i = 0; i < width; ++i)
            out[i] = weight[i] * (in[i] * scale);
        return;
    }
    eachVec(width, [&](Size at, Size count) {
        const Vec x = rounded(loadPart(in + at, count) * scale, result);
        const Vec value = rounded(loadPart(weight + at, count) * x, result);
        __builtin_memcpy(out + at, &value, count * sizeof(float));
    });
}

/// e^x for x <= 0 (Cephes' polynomial over [-ln2/2, ln2/2], about one unit in the last place).
SIDA_INLINE Vec exponential(Vec x)
{
    x = larger(x, Vec{} - 87.3F);
    const Vec shift = Vec{} + 12582912.0F; // 1.5 * 2^23: adding it rounds to an integer
    const Vec n = (x * 1.44269504088896341F + shift) - shift;
    Vec r = x - n * 0.693359375F;
    r = r + n * 2.12194440e-4F;
    Vec y = Vec{} + 1.9875691500e-4F;
    y = y * r + 1.3981999507e-3F;
    y = y * r + 8.3334519073e-3F;
    y = y * r + 4.1665795894e-2F;
    y = y * r + 1.6666665459e-1F;
    y = y * r + 5.0000001201e-1F;
    y = y * (r * r) + r + 1.0F;
    const IntVec power = (__builtin_convertvector(n, IntVec) + 127) << 23;
    Vec factor;
    __builtin_memcpy(&factor, &power, sizeof(factor));
    return y * factor;
}

void round(float* values, Size count, Element result)
{
    if (result == Element::f32)
        return;
    eachVec(count, [&](Size at, Size part) {
        const Vec value = rounded(loadPart(values + at, part), result);
        __builtin_memcpy(values + at, &value, part * sizeof(float));
    });
}

float exponentials(float* values, const float* bias, Size count, Element result)
{
    const Size whole = count / kLanes * kLanes;
    float highest = -__builtin_inff();
    if (bias != nullptr) {
        for (Size i = 0; i < count; ++i)
            values[i] += bias[i];
        if (result != Element::f32)
            round(values, count, result);
    }
    Vec high = Vec{} + highest;
    for (Size i = 0; i < whole; i += kLanes)
        high = larger(load(values + i), high);
    for (Size lane = 0; lane < kLanes; ++lane)
        highest = high[lane] > highest ? high[lane] : highest;
    for (Size i = whole; i < count; ++i)
        highest = values[i] > highest ? values[i] : highest;

    Vec sum = {};
    for (Size i = 0; i < whole; i += kLanes) {
        const Vec value = exponential(load(values + i) - highest);
        store(values + i, value);
        sum += value;
    }
    if (whole < count) {
        // Lanes beyond the end must add nothing to the sum.
        Vec value = exponential(loadPart(values + whole, count - whole) - highest);
        __builtin_memcpy(values + whole, &value, (count - whole) * sizeof(float));
        sum += loadPart(values + whole, count - whole);
    }
    return total(sum);
}

void addScaled(const float* in, float factor, Size count, float* out, Element result)
{
    if (result == Element::f32) {
        for (Size i = 0; i < count; ++i)
            out[i] += factor * in[i];
        return;
    }
    eachVec(count, [&](Size at, Size part) {
        const Vec term = rounded(loadPart(in + at, part) * factor, result);
        const Vec value = roundedSum(loadPart(out + at, part) + term, result);
        __builtin_memcpy(out + at, &value, part * sizeof(float));
    });
}

void scale(float* values, float factor, Size count, Element result)
{
    for (Size i = 0; i < count; ++i)
        values[i] *= factor;
    round(values, count, result);
}

} // namespace
} // namespace sida::model::kernels
