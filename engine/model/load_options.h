// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/model/expert_layout.h"

#include <cstdint>

namespace sida::model
{

/// What is to be read of a checkpoint, and as what.
struct LoadOptions {
    api::DType compute = api::DType::f32; ///< type of the experts' blocks; the dense part is rounded to it
    bool decoder = false; ///< whether a decoder that is there is wanted
    ExpertLayout experts = ExpertLayout::panels; ///< rows where these do not come out even
};

constexpr std::uint64_t elementBytes(api::DType type)
{
    return type == api::DType::f32 ? 4 : 2;
}

} // namespace sida::model
