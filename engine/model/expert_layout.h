// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/experts/host_store.h"
#include "engine/model/kernels/kernels.h"

#include <cstddef>
#include <cstdint>

namespace sida::model
{

/// How the two matrices of an expert's block are arranged. Both take the same bytes, and a copy of a block is
/// the same in either: only who multiplies has to know.
enum class ExpertLayout : std::uint8_t {
    rows, ///< row-major, as in a file; what the GPU multiplies
    panels, ///< packed as by kernels::packRows(): what the CPU multiplies fastest, above all a few rows
};

/// Sizes of an expert: `wi` is [dFf, dModel] and `wo` is [dModel, dFf].
struct ExpertShape {
    std::size_t dModel = 0;
    std::size_t dFf = 0;
    kernels::Element element = kernels::Element::f32;
};

/// `wanted`, or rows where panels would not come out even.
ExpertLayout possibleLayout(ExpertLayout wanted, const ExpertShape& shape);

/// Brings all blocks of a store from one layout into the other, in place, by several threads. Nobody may read
/// them meanwhile. `progress` is called from the calling thread only, in bytes.
void arrangeExperts(
    experts::HostStore& store, const ExpertShape& shape, ExpertLayout from, ExpertLayout to,
    const ProgressSink& progress);

} // namespace sida::model
