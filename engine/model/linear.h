// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/kernels/kernels.h"

#include <cstddef>
#include <memory>
#include <span>

namespace sida::model
{

/// Floats that start on a cache line.
class AlignedFloats
{
public:
    AlignedFloats() = default;
    explicit AlignedFloats(std::size_t count);

    float* data() { return m_data.get(); }
    const float* data() const { return m_data.get(); }
    std::size_t size() const { return m_size; }
    std::span<float> span() { return {m_data.get(), m_size}; }
    std::span<const float> span() const { return {m_data.get(), m_size}; }

private:
    struct Free {
        void operator()(float* memory) const;
    };
    std::unique_ptr<float, Free> m_data;
    std::size_t m_size = 0;
};

/// A matrix [outputs, inputs] in the layout that multiplies fastest. Takes no more memory than the plain one:
/// it is packed only when the panels come out even.
class Linear
{
public:
    Linear() = default;
    /// `weight` is [outputs, inputs] row-major.
    Linear(AlignedFloats weight, std::size_t outputs, std::size_t inputs);

    std::size_t outputs() const { return m_outputs; }
    std::size_t inputs() const { return m_inputs; }

    /// out[r] (+)= weight * in[r] for each row; strides in floats.
    void apply(
        const kernels::Kernels& kernels, const float* in, std::size_t inStride, std::size_t rows, float* out,
        std::size_t outStride, kernels::Store store = kernels::Store::plain) const;

private:
    AlignedFloats m_weight;
    std::size_t m_outputs = 0;
    std::size_t m_inputs = 0;
    bool m_packed = false;
};

} // namespace sida::model
