// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Part of kernels_body.h: compiled once per instruction set.

namespace sida::model::kernels
{
namespace
{

// Vectors run along the outputs, one broadcast input at a time.

template <typename Weight, int Rows, int Panels, Store mode>
SIDA_INLINE void packedTile(const Product& p, Size row, Size panel)
{
    constexpr Size kVecs = Panels * kVecsPerPanel;
    const Size panelStride = p.inputs * kPanel;
    const Weight* weight = static_cast<const Weight*>(p.weight) + panel * panelStride;
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
                finish<mode>(out + v * kLanes, sum[r][v], p.result);
            else if (column < p.outputs)
                finishPart<mode>(out + v * kLanes, sum[r][v], p.outputs - column, p.result);
        }
    }
}

template <typename Weight, int Rows, Store mode>
SIDA_INLINE void packedRows(const Product& p, Size row, Size firstPanel, Size panels)
{
    // A few rows alone would wait for their own sums: more columns keep the units busy.
    constexpr int kWide = 2 * Rows < kPackedRows ? 2 * kPanelsPerTile : kPanelsPerTile;
    Size panel = firstPanel;
    for (; panel + kWide <= firstPanel + panels; panel += kWide)
        packedTile<Weight, Rows, kWide, mode>(p, row, panel);
    for (; panel < firstPanel + panels; ++panel)
        packedTile<Weight, Rows, 1, mode>(p, row, panel);
}

template <typename Weight, int Rows, Store mode>
void packedRowsFor(const Product& p, Size rows, Size row, Size firstPanel, Size panels)
{
    if constexpr (Rows > 0) {
        if (rows == Rows)
            packedRows<Weight, Rows, mode>(p, row, firstPanel, panels);
        else
            packedRowsFor<Weight, Rows - 1, mode>(p, rows, row, firstPanel, panels);
    }
}

template <typename Weight, Store mode>
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
            packedRowsFor<Weight, kPackedRows, mode>(
                p, p.rows * (tile + 1) / tiles - begin, begin, panel, width);
        }
    }
}

} // namespace
} // namespace sida::model::kernels
