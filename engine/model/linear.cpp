// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/linear.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sida::model
{

void MatrixMemory::put(std::size_t first, std::size_t count, const std::byte* rows) const
{
    if (!m_packed)
        std::memcpy(row(first), rows, count * m_inputs * kernels::elementBytes(m_element));
    else if (m_element == kernels::Element::f32)
        putPacked(first, count, reinterpret_cast<const float*>(rows));
    else
        putPacked(first, count, reinterpret_cast<const std::uint16_t*>(rows));
}

template <typename T>
void MatrixMemory::putPacked(std::size_t first, std::size_t count, const T* rows) const
{
    T* memory = reinterpret_cast<T*>(m_memory);
    while (count > 0) {
        const std::size_t inPanel = first % kernels::kPanel;
        std::size_t done = count / kernels::kPanel * kernels::kPanel;
        if (inPanel == 0 && done > 0) {
            kernels::packRows(rows, m_inputs, done, m_inputs, memory + first * m_inputs);
        } else {
            // Two matrices that stand below each other may meet within a panel.
            T* column = memory + (first - inPanel) * m_inputs + inPanel;
            for (std::size_t i = 0; i < m_inputs; ++i)
                column[i * kernels::kPanel] = rows[i];
            done = 1;
        }
        first += done;
        count -= done;
        rows += done * m_inputs;
    }
}

Linear::Linear(std::size_t outputs, std::size_t inputs, kernels::Element element)
    : m_outputs(outputs)
    , m_inputs(inputs)
    , m_element(element)
    , m_packed(outputs % kernels::kPanel == 0)
{
    if (element == kernels::Element::f32)
        m_weight = AlignedFloats(outputs * inputs);
    else
        m_half = AlignedArray<std::uint16_t>(outputs * inputs);
}

MatrixMemory Linear::memory()
{
    std::byte* memory = m_element == kernels::Element::f32 ? reinterpret_cast<std::byte*>(m_weight.data())
                                                           : reinterpret_cast<std::byte*>(m_half.data());
    return {memory, m_inputs, m_element, m_packed};
}

Linear::Linear(AlignedFloats weight, std::size_t outputs, std::size_t inputs, kernels::Element element)
    : m_weight(std::move(weight))
    , m_outputs(outputs)
    , m_inputs(inputs)
    , m_element(element)
    , m_packed(outputs % kernels::kPanel == 0)
{
    if (m_packed) {
        AlignedFloats packed(kernels::packedFloats(outputs, inputs));
        kernels::packRows(m_weight.data(), inputs, outputs, inputs, packed.data());
        m_weight = std::move(packed);
    }
    if (element == kernels::Element::f32)
        return;
    m_half = AlignedArray<std::uint16_t>(m_weight.size());
    std::transform(m_weight.data(), m_weight.data() + m_weight.size(), m_half.data(), [element](float value) {
        return kernels::toHalf(value, element);
    });
    m_weight = {};
}

std::vector<float> Linear::plain() const
{
    std::vector<float> plain(m_outputs * m_inputs);
    const auto valueAt = [this](std::size_t i) {
        return m_element == kernels::Element::f32 ? m_weight.data()[i]
                                                  : kernels::fromHalf(m_half.data()[i], m_element);
    };
    for (std::size_t output = 0; output < m_outputs; ++output) {
        for (std::size_t input = 0; input < m_inputs; ++input) {
            const std::size_t packed
                = (output / kernels::kPanel * m_inputs + input) * kernels::kPanel + output % kernels::kPanel;
            plain[output * m_inputs + input] = valueAt(m_packed ? packed : output * m_inputs + input);
        }
    }
    return plain;
}

const std::byte* Linear::weight() const
{
    return m_element == kernels::Element::f32 ? reinterpret_cast<const std::byte*>(m_weight.data())
                                              : reinterpret_cast<const std::byte*>(m_half.data());
}

void Linear::apply(
    const kernels::Kernels& kernels, const float* in, std::size_t inStride, std::size_t rows, float* out,
    std::size_t outStride, kernels::Store store, std::optional<kernels::Element> result) const
{
    applyPart(kernels, 0, m_outputs, in, inStride, rows, out, outStride, store, result.value_or(m_element));
}

void Linear::applyPart(
    const kernels::Kernels& kernels, std::size_t first, std::size_t count, const float* in,
    std::size_t inStride, std::size_t rows, float* out, std::size_t outStride, kernels::Store store,
    kernels::Element result) const
{
    // Whole panels lie behind each other as rows do, so both layouts begin at the same place.
    const std::byte* from = weight() + first * m_inputs * kernels::elementBytes(m_element);
    const kernels::Product product{in,          inStride,  rows,  m_inputs,  from,  count,
                                   out + first, outStride, store, m_element, result};
    (m_packed ? kernels.packed : kernels.rowMajor)(product);
}

} // namespace sida::model
