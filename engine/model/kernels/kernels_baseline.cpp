// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/kernels/kernels.h"

#define SIDA_KERNEL_SET kBaseline
#define SIDA_KERNEL_NAME "baseline"

namespace sida::model::kernels
{
namespace
{
// 16 registers of four: two rows by one panel, or four rows by two dot products.
constexpr std::size_t kLanes = 4;
constexpr int kPackedRows = 2;
constexpr int kPanelsPerTile = 1;
constexpr int kDotOutputs = 2;
} // namespace
} // namespace sida::model::kernels

#include "engine/model/kernels/kernels_body.h"
