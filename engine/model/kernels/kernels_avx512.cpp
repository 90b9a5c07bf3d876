// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/kernels/kernels.h"

#define SIDA_KERNEL_SET kAvx512
#define SIDA_KERNEL_NAME "avx512"

namespace sida::model::kernels
{
namespace
{
// 32 registers of sixteen: eight rows by two panels, or four rows by four dot products.
constexpr std::size_t kLanes = 16;
constexpr int kPackedRows = 8;
constexpr int kPanelsPerTile = 2;
constexpr int kDotOutputs = 4;
} // namespace
} // namespace sida::model::kernels

#include "engine/model/kernels/kernels_body.h"
