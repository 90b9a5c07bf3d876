// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Compiled once per instruction set, by the kernels_*.cpp beside it, with SIDA_KERNEL_SET, kLanes (floats in
// a vector) and the tile sizes defined before. Includes nothing that has inline functions of its own: the
// linker could keep the copy that was compiled for the newest processor and use it everywhere.

// The order matters: each part uses the ones before it.
// clang-format off
#include "engine/model/kernels/vectors_body.h"
#include "engine/model/kernels/packed_body.h"
#include "engine/model/kernels/row_major_body.h"
#include "engine/model/kernels/element_wise_body.h"
// clang-format on

namespace sida::model::kernels
{
namespace
{

template <void (*plain)(const Product&), void (*add)(const Product&), void (*relu)(const Product&)>
void byStore(const Product& product)
{
    switch (product.store) {
    case Store::plain:
        return plain(product);
    case Store::add:
        return add(product);
    case Store::relu:
        return relu(product);
    }
}

} // namespace

extern const Kernels SIDA_KERNEL_SET;
const Kernels SIDA_KERNEL_SET = {
    SIDA_KERNEL_NAME,
    byStore<packedProduct<Store::plain>, packedProduct<Store::add>, packedProduct<Store::relu>>,
    byStore<rowMajorProduct<Store::plain>, rowMajorProduct<Store::add>, rowMajorProduct<Store::relu>>,
    norm,
    exponentials,
    addScaled,
    scale,
};

} // namespace sida::model::kernels
