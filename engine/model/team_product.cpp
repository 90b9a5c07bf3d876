// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/team_product.h"

#include <algorithm>

namespace sida::model
{

namespace
{

/// Outputs and rows of one piece of work.
constexpr std::size_t kOutputs = 64;
constexpr std::size_t kRows = 128;

template <typename Part>
void eachPart(ThreadTeam& team, std::size_t outputs, std::size_t rows, const Part& part)
{
    const std::size_t strips = (outputs + kOutputs - 1) / kOutputs;
    const std::size_t chunks = (rows + kRows - 1) / kRows;
    team.each(strips * chunks, [&](std::size_t item, int) {
        const std::size_t first = item / chunks * kOutputs;
        const std::size_t row = item % chunks * kRows;
        part(first, std::min(kOutputs, outputs - first), row, std::min(kRows, rows - row));
    });
}

} // namespace

void multiply(
    const kernels::Kernels& kernels, ThreadTeam& team, const Linear& weight, const ProductRows& rows)
{
    eachPart(
        team, weight.outputs(), rows.rows,
        [&](std::size_t first, std::size_t outputs, std::size_t row, std::size_t count) {
            weight.applyPart(
                kernels, first, outputs, rows.in + row * rows.inStride, rows.inStride, count,
                rows.out + row * rows.outStride, rows.outStride, rows.store, rows.result);
        });
}

void multiply(
    const kernels::Kernels& kernels, ThreadTeam& team, const float* weight, std::size_t outputs,
    std::size_t inputs, const ProductRows& rows)
{
    eachPart(
        team, outputs, rows.rows,
        [&](std::size_t first, std::size_t width, std::size_t row, std::size_t count) {
            kernels::Product product{rows.in + row * rows.inStride,
                                     rows.inStride,
                                     count,
                                     inputs,
                                     weight + first * inputs,
                                     width,
                                     rows.out + row * rows.outStride + first,
                                     rows.outStride,
                                     rows.store};
            product.result = rows.result;
            kernels.rowMajor(product);
        });
}

} // namespace sida::model
