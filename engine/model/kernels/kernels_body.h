// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Compiled once per instruction set, by the kernels_*.cpp beside it, with SIDA_KERNEL_SET, kLanes (floats in
// a vector) and the tile sizes defined before. Includes nothing that has inline functions of its own: the
// linker could keep the copy that was compiled for the newest processor and use it everywhere.

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

// --- packed weights: vectors run along the outputs, one broadcast input at a time ---

template <int Rows, int Panels, Store mode>
SIDA_INLINE void packedTile(const Product& p, Size row, Size panel)
{
    constexpr Size kVecs = Panels * kVecsPerPanel;
    const Size panelStride = p.inputs * kPanel;
    const float* weight = p.weight + panel * panelStride;
    const float* in = p.in + row * p.inStride;
    Vec sum[Rows][kVecs] = {};
    for (Size i = 0; i < p.inputs; ++i) {
        Vec w[kVecs];
#pragma GCC unroll 16
        for (Size v = 0; v < kVecs; ++v)
            w[v] = load(
                weight + (v / kVecsPerPanel) * panelStride + i * kPanel + (v % kVecsPerPanel) * kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const float x = in[static_cast<Size>(r) * p.inStride + i];
#pragma GCC unroll 16
            for (Size v = 0; v < kVecs; ++v)
                sum[r][v] += x * w[v];
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        float* out = p.out + (row + static_cast<Size>(r)) * p.outStride + panel * kPanel;
#pragma GCC unroll 16
        for (Size v = 0; v < kVecs; ++v) {
            const Size column = panel * kPanel + v * kLanes;
            if (column + kLanes <= p.outputs)
                finish<mode>(out + v * kLanes, sum[r][v]);
            else if (column < p.outputs)
                finishPart<mode>(out + v * kLanes, sum[r][v], p.outputs - column);
        }
    }
}

template <int Rows, Store mode>
SIDA_INLINE void packedRows(const Product& p, Size row, Size firstPanel, Size panels)
{
    // A few rows alone would wait for their own sums: more columns keep the units busy.
    constexpr int kWide = 2 * Rows < kPackedRows ? 2 * kPanelsPerTile : kPanelsPerTile;
    Size panel = firstPanel;
    for (; panel + kWide <= firstPanel + panels; panel += kWide)
        packedTile<Rows, kWide, mode>(p, row, panel);
    for (; panel < firstPanel + panels; ++panel)
        packedTile<Rows, 1, mode>(p, row, panel);
}

template <int Rows, Store mode>
void packedRowsFor(const Product& p, Size rows, Size row, Size firstPanel, Size panels)
{
    if constexpr (Rows > 0) {
        if (rows == Rows)
            packedRows<Rows, mode>(p, row, firstPanel, panels);
        else
            packedRowsFor<Rows - 1, mode>(p, rows, row, firstPanel, panels);
    }
}

template <Store mode>
void packedProduct(const Product& p)
{
    // Tiles of nearly equal height instead of full ones and a thin rest.
    const Size tiles = (p.rows + kPackedRows - 1) / kPackedRows;
    const Size panels = (p.outputs + kPanel - 1) / kPanel;
    // A strip of weights stays in the cache while all rows pass over it.
    constexpr Size kStrip = 2 * kPanelsPerTile;
    for (Size panel = 0; panel < panels; panel += kStrip) {
        const Size width = panels - panel < kStrip ? panels - panel : kStrip;
        for (Size tile = 0; tile < tiles; ++tile) {
            const Size begin = p.rows * tile / tiles;
            packedRowsFor<kPackedRows, mode>(p, p.rows * (tile + 1) / tiles - begin, begin, panel, width);
        }
    }
}

// --- row-major weights: vectors run along the inputs and are summed across at the end ---

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

template <int Outputs, Store mode>
SIDA_INLINE void finishRow(const Vec (&sum)[Outputs], float* out)
{
    if constexpr (Outputs % 4 == 0) {
#pragma GCC unroll 2
        for (int o = 0; o < Outputs; o += 4) {
            Quad value = totals(sum[o], sum[o + 1], sum[o + 2], sum[o + 3]);
            if constexpr (mode == Store::add)
                value += *reinterpret_cast<const LooseQuad*>(out + o);
            if constexpr (mode == Store::relu)
                value = value > Quad{} ? value : Quad{};
            *reinterpret_cast<LooseQuad*>(out + o) = value;
        }
    } else {
        for (int o = 0; o < Outputs; ++o) {
            float value = total(sum[o]);
            if constexpr (mode == Store::add)
                value += out[o];
            if constexpr (mode == Store::relu)
                value = value > 0.0F ? value : 0.0F;
            out[o] = value;
        }
    }
}

/// Sums of a tile over whole vectors of the inputs. Both orders of the loops give the same bits. The first
/// rows of a strip find its weights in memory, which is twice as fast read strictly from front to back; for
/// later rows they are in the nearest cache, and a tile loads each value only once.
template <int Rows, int Outputs, bool FromMemory>
SIDA_INLINE void addProducts(
    const float* in, Size inStride, const float* weight, Size inputs, Size whole, Vec (&sum)[Rows][Outputs])
{
    if constexpr (FromMemory) {
        for (int o = 0; o < Outputs; ++o) {
            Vec own[Rows] = {};
            for (Size i = 0; i < whole; i += kLanes) {
                const Vec w = load(weight + static_cast<Size>(o) * inputs + i);
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
            const Vec w = load(weight + static_cast<Size>(o) * inputs + i);
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r)
                sum[r][o] += x[r] * w;
        }
    }
}

template <int Rows, int Outputs, Store mode, bool FromMemory>
SIDA_INLINE void rowMajorTile(const Product& p, Size row, Size output)
{
    const float* in = p.in + row * p.inStride;
    const float* weight = p.weight + output * p.inputs;
    const Size whole = p.inputs / kLanes * kLanes;
    Vec sum[Rows][Outputs] = {};
    addProducts<Rows, Outputs, FromMemory>(in, p.inStride, weight, p.inputs, whole, sum);
    if (whole < p.inputs) {
        const Size rest = p.inputs - whole;
        for (int o = 0; o < Outputs; ++o) {
            const Vec w = loadPart(weight + static_cast<Size>(o) * p.inputs + whole, rest);
            for (int r = 0; r < Rows; ++r)
                sum[r][o] += loadPart(in + static_cast<Size>(r) * p.inStride + whole, rest) * w;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
        finishRow<Outputs, mode>(sum[r], p.out + (row + static_cast<Size>(r)) * p.outStride + output);
}

template <int Rows, int Outputs, Store mode, bool FromMemory>
SIDA_INLINE void rowMajorRows(const Product& p, Size row, Size output)
{
    if constexpr (Outputs > kDotOutputs && Rows > 2) {
        rowMajorTile<Rows, kDotOutputs, mode, FromMemory>(p, row, output);
        rowMajorTile<Rows, kDotOutputs, mode, FromMemory>(p, row, output + kDotOutputs);
    } else {
        rowMajorTile<Rows, Outputs, mode, FromMemory>(p, row, output);
    }
}

template <int Outputs, Store mode>
SIDA_INLINE void rowMajorStrip(const Product& p, Size output)
{
    switch (p.rows) {
    case 0:
        return;
    case 1:
        return rowMajorRows<1, Outputs, mode, true>(p, 0, output);
    case 2:
        return rowMajorRows<2, Outputs, mode, true>(p, 0, output);
    case 3:
        return rowMajorRows<3, Outputs, mode, true>(p, 0, output);
    default:
        rowMajorRows<4, Outputs, mode, true>(p, 0, output);
    }
    Size row = 4;
    for (; row + 4 <= p.rows; row += 4)
        rowMajorRows<4, Outputs, mode, false>(p, row, output);
    if (p.rows - row == 3)
        rowMajorRows<3, Outputs, mode, false>(p, row, output);
    else if (p.rows - row == 2)
        rowMajorRows<2, Outputs, mode, false>(p, row, output);
    else if (p.rows - row == 1)
        rowMajorRows<1, Outputs, mode, false>(p, row, output);
}

template <Store mode>
void rowMajorProduct(const Product& p)
{
    Size output = 0;
    for (; output + 2 * kDotOutputs <= p.outputs; output += 2 * kDotOutputs)
        rowMajorStrip<2 * kDotOutputs, mode>(p, output);
    for (; output < p.outputs; ++output)
        rowMajorStrip<1, mode>(p, output);
}

template <void (*plain)(const Product&), void (*add)(const Product&), void (*relu)(const Product&)>
void byStore(const Product& product)
{
    switch (product.store) {
    case Store::plain:
        return plain(product);
    case Store::add:
        return add(product);
    case Store::relu:
        return relu(product);
    }
}

// --- element-wise ---

void norm(const float* in, const float* weight, float epsilon, Size width, float* out)
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
    for (i = 0; i < width; ++i)
        out[i] = weight[i] * (in[i] * scale);
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

float exponentials(float* values, const float* bias, Size count)
{
    const Size whole = count / kLanes * kLanes;
    float highest = -__builtin_inff();
    if (bias != nullptr) {
        for (Size i = 0; i < count; ++i)
            values[i] += bias[i];
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

void addScaled(const float* in, float factor, Size count, float* out)
{
    for (Size i = 0; i < count; ++i)
        out[i] += factor * in[i];
}

void scale(float* values, float factor, Size count)
{
    for (Size i = 0; i < count; ++i)
        values[i] *= factor;
}

} // namespace

extern const Kernels SIDA_KERNEL_SET;
const Kernels SIDA_KERNEL_SET = {
    SIDA_KERNEL_NAME,
    byStore<packedProduct<Store::plain>, packedProduct<Store::add>, packedProduct<Store::relu>>,
    byStore<rowMajorProduct<Store::plain>, rowMajorProduct<Store::add>, rowMajorProduct<Store::relu>>,
    norm,
    exponentials,
    addScaled,
    scale,
};

} // namespace sida::model::kernels
