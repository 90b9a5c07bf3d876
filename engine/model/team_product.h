// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/kernels/kernels.h"
#include "engine/model/linear.h"
#include "engine/model/thread_team.h"

#include <cstddef>

namespace sida::model
{

/// Rows of a product, and where they go.
struct ProductRows {
    const float* in = nullptr;
    std::size_t inStride = 0;
    std::size_t rows = 0;
    float* out = nullptr;
    std::size_t outStride = 0;
    kernels::Store store = kernels::Store::plain;
    kernels::Element result = kernels::Element::f32;
};

/// out (+)= weight * in by the whole team, each member some of the outputs: the way for the few rows of
/// generation, where reading the weights is what takes the time.
void multiply(
    const kernels::Kernels& kernels, ThreadTeam& team, const Linear& weight, const ProductRows& rows);

/// The same for a float32 matrix [outputs, inputs] that is not packed.
void multiply(
    const kernels::Kernels& kernels, ThreadTeam& team, const float* weight, std::size_t outputs,
    std::size_t inputs, const ProductRows& rows);

} // namespace sida::model
