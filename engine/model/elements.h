// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/model/kernels/kernels.h"

namespace sida::model
{

/// A compute type as the kernels call it.
constexpr kernels::Element elementOf(api::DType type)
{
    switch (type) {
    case api::DType::bf16:
        return kernels::Element::bf16;
    case api::DType::f16:
        return kernels::Element::f16;
    case api::DType::f32:
        break;
    }
    return kernels::Element::f32;
}

} // namespace sida::model
