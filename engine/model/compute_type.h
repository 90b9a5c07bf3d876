// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/checkpoint/tensor_file.h"

namespace sida::model
{

/// The type a model computes in, as tensor files call it.
constexpr checkpoint::StorageType storageTypeOf(api::DType type)
{
    switch (type) {
    case api::DType::bf16:
        return checkpoint::StorageType::bf16;
    case api::DType::f16:
        return checkpoint::StorageType::f16;
    case api::DType::f32:
        break;
    }
    return checkpoint::StorageType::f32;
}

} // namespace sida::model
