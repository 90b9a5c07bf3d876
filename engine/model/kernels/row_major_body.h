// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Part of kernels_body.h: compiled once per instruction set.

namespace sida::model::kernels
{
namespace
{

// Vectors run along the inputs and are summed across at the end.

SIDA_INLINE Quad narrow(Vec value)
{
    Quad parts[kLanes / 4];
    __builtin_memcpy(parts, &value, sizeof(value));
#pragma GCC unroll 4
    for (Size width = kLanes / 8; width > 0; width /= 2) {
#pragma GCC unroll 4
        for (Size i = 0; i < width; ++i)
            parts[i] += parts[i + width];
    }
    return parts[0];
}

SIDA_INLINE float total(Vec value)
{
    const Quad q = narrow(value);
    return (q[0] + q[2]) + (q[1] + q[3]);
}

/// The four totals at once; each is summed in the same order as by total().
SIDA_INLINE Quad totals(Vec a, Vec b, Vec c, Vec d)
{
    const Quad qa = narrow(a);
    const Quad qb = narrow(b);
    const Quad qc = narrow(c);
    const Quad qd = narrow(d);
    const Quad ab = __builtin_shufflevector(qa, qb, 0, 4, 1, 5) + __builtin_shufflevector(qa, qb, 2, 6, 3, 7);
    const Quad cd = __builtin_shufflevector(qc, qd, 0, 4, 1, 5) + __builtin_shufflevector(qc, qd, 2, 6, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/// Four totals as the head of a vector, so that all results are rounded by the same lines.
template <Store mode>
SIDA_INLINE void finishQuad(float* out, Quad value, Element element)
{
    if (element == Element::f32) {
        if constexpr (mode == Store::add)
            value += *reinterpret_cast<const LooseQuad*>(out);
        if constexpr (mode == Store::relu)
            value = Quad{} > value ? Quad{} : value; // what is not a number stays that
        *reinterpret_cast<LooseQuad*>(out) = value;
        return;
    }
    Vec wide = {};
    __builtin_memcpy(&wide, &value, sizeof(value));
    finishPart<mode>(out, wide, 4, element);
}

template <int Outputs, Store mode>
SIDA_INLINE void finishRow(const Vec (&sum)[Outputs], float* out, Element element)
{
    if constexpr (Outputs % 4 == 0) {
#pragma GCC unroll 2
        for (int o = 0; o < Outputs; o += 4)
            finishQuad<mode>(out + o, totals(sum[o], sum[o + 1], sum[o + 2], sum[o + 3]), element);
    } else {
        for (int o = 0; o < Outputs; ++o) {
            Vec value = {};
            value[0] = total(sum[o]);
            finishPart<mode>(out + o, value, 1, element);
        }
    }
}

/// Sums of a tile over whole vectors of the inputs. Both orders of the loops give the same bits. The first
/// rows of a strip find its weights in memory, which is twice as fast read strictly from front to back; for
/// later rows they are in the nearest cache, and a tile loads each value only once.
template <typename Weight, int Rows, int Outputs, bool FromMemory>
SIDA_INLINE void addProducts(
    const float* in, Size inStride, const Weight* weight, Size stride, Size whole, Vec (&sum)[Rows][Outputs])
{
    if constexpr (FromMemory) {
        for (int o = 0; o < Outputs; ++o) {
            Vec own[Rows] = {};
            for (Size i = 0; i < whole; i += kLanes) {
                const Vec w = load(weight + static_cast<Size>(o) * stride + i);
#pragma GCC unroll 8
                for (int r = 0; r < Rows; ++r)
                    own[r] += load(in + static_cast<Size>(r) * inStride + i) * w;
            }
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r)
                sum[r][o] = own[r];
        }
        return;
    }
    for (Size i = 0; i < whole; i += kLanes) {
        Vec x[Rows];
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r)
            x[r] = load(in + static_cast<Size>(r) * inStride + i);
#pragma GCC unroll 8
        for (int o = 0; o < Outputs; ++o) {
            const Vec w = load(weight + static_cast<Size>(o) * stride + i);
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r)
                sum[r][o] += x[r] * w;
        }
    }
}

template <typename Weight, int Rows, int Outputs, Store mode, bool FromMemory>
SIDA_INLINE void rowMajorTile(const Product& p, Size row, Size output)
{
    const float* in = p.in + row * p.inStride;
    const Size stride = p.weightStride > 0 ? p.weightStride : p.inputs;
    const Weight* weight = static_cast<const Weight*>(p.weight) + output * stride;
    const Size whole = p.inputs / kLanes * kLanes;
    Vec sum[Rows][Outputs] = {};
    addProducts<Weight, Rows, Outputs, FromMemory>(in, p.inStride, weight, stride, whole, sum);
    if (whole < p.inputs) {
        const Size rest = p.inputs - whole;
        for (int o = 0; o < Outputs; ++o) {
            const Vec w = loadPart(weight + static_cast<Size>(o) * stride + whole, rest);
            for (int r = 0; r < Rows; ++r)
                sum[r][o] += loadPart(in + static_cast<Size>(r) * p.inStride + whole, rest) * w;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
        finishRow<Outputs, mode>(
            sum[r], p.out + (row + static_cast<Size>(r)) * p.outStride + output, p.result);
}

template <typename Weight, int Rows, int Outputs, Store mode, bool FromMemory>
SIDA_INLINE void rowMajorRows(const Product& p, Size row, Size output)
{
    if constexpr (Outputs > kDotOutputs && Rows > 2) {
        rowMajorTile<Weight, Rows, kDotOutputs, mode, FromMemory>(p, row, output);
        rowMajorTile<Weight, Rows, kDotOutputs, mode, FromMemory>(p, row, output + kDotOutputs);
    } else {
        rowMajorTile<Weight, Rows, Outputs, mode, FromMemory>(p, row, output);
    }
}

template <typename Weight, int Outputs, Store mode>
SIDA_INLINE void rowMajorStrip(const Product& p, Size output)
{
    switch (p.rows) {
    case 0:
        return;
    case 1:
        return rowMajorRows<Weight, 1, Outputs, mode, true>(p, 0, output);
    case 2:
        return rowMajorRows<Weight, 2, Outputs, mode, true>(p, 0, output);
    case 3:
        return rowMajorRows<Weight, 3, Outputs, mode, true>(p, 0, output);
    default:
        rowMajorRows<Weight, 4, Outputs, mode, true>(p, 0, output);
    }
    Size row = 4;
    for (; row + 4 <= p.rows; row += 4)
        rowMajorRows<Weight, 4, Outputs, mode, false>(p, row, output);
    if (p.rows - row == 3)
        rowMajorRows<Weight, 3, Outputs, mode, false>(p, row, output);
    else if (p.rows - row == 2)
        rowMajorRows<Weight, 2, Outputs, mode, false>(p, row, output);
    else if (p.rows - row == 1)
        rowMajorRows<Weight, 1, Outputs, mode, false>(p, row, output);
}

template <typename Weight, Store mode>
void rowMajorProduct(const Product& p)
{
    Size output = 0;
    for (; output + 2 * kDotOutputs <= p.outputs; output += 2 * kDotOutputs)
        rowMajorStrip<Weight, 2 * kDotOutputs, mode>(p, output);
    for (; output < p.outputs; ++output)
        rowMajorStrip<Weight, 1, mode>(p, output);
}

} // namespace
} // namespace sida::model::kernels
