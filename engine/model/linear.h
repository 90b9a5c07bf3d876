// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/kernels/kernels.h"
#include "engine/model/large_memory.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace sida::model
{

/// Numbers that start on a cache line.
template <typename T>
class AlignedArray
{
public:
    AlignedArray() = default;
    explicit AlignedArray(std::size_t count)
        : m_data(static_cast<T*>(takeMemory(count * sizeof(T))), Free{count * sizeof(T)})
        , m_size(count)
    {
    }
    AlignedArray(AlignedArray&& other) noexcept
        : m_data(std::move(other.m_data))
        , m_size(std::exchange(other.m_size, 0))
    {
    }
    AlignedArray& operator=(AlignedArray&& other) noexcept
    {
        m_data = std::move(other.m_data);
        m_size = std::exchange(other.m_size, 0);
        return *this;
    }
    ~AlignedArray() = default;

    T* data() { return m_data.get(); }
    const T* data() const { return m_data.get(); }
    std::size_t size() const { return m_size; }
    std::span<T> span() { return {m_data.get(), m_size}; }
    std::span<const T> span() const { return {m_data.get(), m_size}; }

private:
    struct Free {
        std::size_t bytes = 0;
        void operator()(T* memory) const { giveMemoryBack(memory, bytes); }
    };
    std::unique_ptr<T, Free> m_data;
    std::size_t m_size = 0;
};

using AlignedFloats = AlignedArray<float>;

/// The memory of a matrix, to be filled by several threads; valid wherever the Linear is moved.
class MatrixMemory
{
public:
    MatrixMemory(std::byte* memory, std::size_t inputs, kernels::Element element, bool packed)
        : m_memory(memory)
        , m_inputs(inputs)
        , m_element(element)
        , m_packed(packed)
    {
    }

    std::size_t inputs() const { return m_inputs; }
    /// Whether rows stand one behind the other, as in a file.
    bool plain() const { return !m_packed; }
    /// Where a row of a plain matrix stands.
    std::byte* row(std::size_t output) const
    {
        return m_memory + output * m_inputs * kernels::elementBytes(m_element);
    }
    /// Puts `count` rows from `first` on, given in the matrix's own type, at their place.
    void put(std::size_t first, std::size_t count, const std::byte* rows) const;

private:
    template <typename T>
    void putPacked(std::size_t first, std::size_t count, const T* rows) const;

    std::byte* m_memory;
    std::size_t m_inputs;
    kernels::Element m_element;
    bool m_packed;
};

/// A matrix [outputs, inputs] in the layout that multiplies fastest. Takes no more memory than the plain one:
/// it is packed only when the panels come out even.
class Linear
{
public:
    Linear() = default;
    /// Not filled yet: that is done through memory().
    Linear(std::size_t outputs, std::size_t inputs, kernels::Element element);
    /// `weight` is [outputs, inputs] row-major; it is kept in the type of `element`.
    Linear(
        AlignedFloats weight, std::size_t outputs, std::size_t inputs,
        kernels::Element element = kernels::Element::f32);

    std::size_t outputs() const { return m_outputs; }
    std::size_t inputs() const { return m_inputs; }

    kernels::Element element() const { return m_element; }
    MatrixMemory memory();
    std::uint64_t bytes() const
    {
        return m_weight.size() * sizeof(float) + m_half.size() * sizeof(std::uint16_t);
    }

    /// The matrix as it was given, [outputs, inputs] row-major: every value exactly.
    std::vector<float> plain() const;

    /// out[r] (+)= weight * in[r] for each row; strides in floats. Results are rounded to `result`, to the
    /// weights' own type if it is not given.
    void apply(
        const kernels::Kernels& kernels, const float* in, std::size_t inStride, std::size_t rows, float* out,
        std::size_t outStride, kernels::Store store = kernels::Store::plain,
        std::optional<kernels::Element> result = std::nullopt) const;
    /// Only `count` outputs from `first` on, a multiple of kernels::kPanel; `out` is still where output 0
    /// goes.
    void applyPart(
        const kernels::Kernels& kernels, std::size_t first, std::size_t count, const float* in,
        std::size_t inStride, std::size_t rows, float* out, std::size_t outStride, kernels::Store store,
        kernels::Element result) const;

private:
    const std::byte* weight() const;

    AlignedFloats m_weight; ///< either this
    AlignedArray<std::uint16_t> m_half; ///< or this
    std::size_t m_outputs = 0;
    std::size_t m_inputs = 0;
    kernels::Element m_element = kernels::Element::f32;
    bool m_packed = false;
};

} // namespace sida::model
