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

template <typename Weight>
void packedOf(const Product& product)
{
    switch (product.store) {
    case Store::plain:
        return packedProduct<Weight, Store::plain>(product);
    case Store::add:
        return packedProduct<Weight, Store::add>(product);
    case Store::relu:
        return packedProduct<Weight, Store::relu>(product);
    }
}

template <typename Weight>
void rowMajorOf(const Product& product)
{
    switch (product.store) {
    case Store::plain:
        return rowMajorProduct<Weight, Store::plain>(product);
    case Store::add:
        return rowMajorProduct<Weight, Store::add>(product);
    case Store::relu:
        return rowMajorProduct<Weight, Store::relu>(product);
    }
}

template <void (*f32)(const Product&), void (*bf16)(const Product&), void (*f16)(const Product&)>
void byElement(const Product& product)
{
    switch (product.element) {
    case Element::f32:
        return f32(product);
    case Element::bf16:
        return bf16(product);
    case Element::f16:
        return f16(product);
    }
}

} // namespace

extern const Kernels SIDA_KERNEL_SET;
const Kernels SIDA_KERNEL_SET = {
    SIDA_KERNEL_NAME,
    byElement<packedOf<float>, packedOf<Bf16>, packedOf<F16>>,
    byElement<rowMajorOf<float>, rowMajorOf<Bf16>, rowMajorOf<F16>>,
    norm,
    exponentials,
    addScaled,
    scale,
    round,
};

} // namespace sida::model::kernels
