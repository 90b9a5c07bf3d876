// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/linear.h"

#include <new>
#include <utility>

namespace sida::model
{

namespace
{

constexpr std::align_val_t kCacheLine{64};

} // namespace

void AlignedFloats::Free::operator()(float* memory) const
{
    ::operator delete(memory, kCacheLine);
}

AlignedFloats::AlignedFloats(std::size_t count)
    : m_data(static_cast<float*>(::operator new(count * sizeof(float), kCacheLine)))
    , m_size(count)
{
}

Linear::Linear(AlignedFloats weight, std::size_t outputs, std::size_t inputs)
    : m_weight(std::move(weight))
    , m_outputs(outputs)
    , m_inputs(inputs)
    , m_packed(outputs % kernels::kPanel == 0)
{
    if (!m_packed)
        return;
    AlignedFloats packed(kernels::packedFloats(outputs, inputs));
    kernels::packRows(m_weight.data(), inputs, outputs, inputs, packed.data());
    m_weight = std::move(packed);
}

void Linear::apply(
    const kernels::Kernels& kernels, const float* in, std::size_t inStride, std::size_t rows, float* out,
    std::size_t outStride, kernels::Store store) const
{
    const kernels::Product product{in,        inStride, rows,      m_inputs, m_weight.data(),
                                   m_outputs, out,      outStride, store};
    (m_packed ? kernels.packed : kernels.rowMajor)(product);
}

} // namespace sida::model
