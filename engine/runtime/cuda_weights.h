// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/device/cuda/encoder.h"
#include "engine/model/model.h"
#include "engine/runtime/plan.h"

#include <cstddef>
#include <deque>
#include <vector>

namespace sida::runtime
{

/// What the CUDA encoder must be for this model and batches of that shape; an `unsupported` error when it
/// cannot be. Slots: as many as there are experts.
Result<cuda::EncoderShape>
cudaShapeOf(const model::Model& model, const BatchShape& batch, const api::RunOptions& options);

/// The dense part of a model as the CUDA encoder takes it: plain matrices in the compute type. Held only
/// until the device has them.
class CudaWeights
{
public:
    CudaWeights(const model::SwitchWeights& weights, int longest);
    const cuda::HostWeights& host() const { return m_host; }

private:
    const void* keep(std::span<const float> values);

    api::DType m_type;
    std::deque<std::vector<std::byte>> m_matrices;
    cuda::HostWeights m_host;
};

} // namespace sida::runtime
