// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/forward_memory.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace sida::model
{

std::shared_ptr<float> allocateForward(std::uint64_t bytes)
{
    const at::InferenceMode inference;
    auto tensor = std::make_shared<at::Tensor>(at::empty({static_cast<std::int64_t>(bytes)}, at::kByte));
    auto* memory = reinterpret_cast<float*>(tensor->mutable_data_ptr<std::uint8_t>());
    return {std::move(tensor), memory};
}

int computeThreads()
{
    return at::get_num_threads();
}

} // namespace sida::model
