// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// The arithmetic of a forward pass on the CPU, on plain memory: sums in float32, weights in float32,
/// bfloat16 or float16, results rounded to one of these. Values in between always stand in floats; in a half
/// precision type they hold only what that type can hold.
///
/// A value never depends on which rows or columns are computed beside it, on alignment or on the number of
/// threads: each output is one sum in one fixed order. That is why a sentence gives the same bits alone, in a
/// batch, and whatever order its experts arrive in. (A BLAS chooses its kernel by shape and alignment and
/// promises no such thing; for the few rows that an expert gets it is also slower, see tests/bench/model.)
namespace sida::model::kernels
{

/// Outputs that stand side by side in packed weights.
constexpr std::size_t kPanel = 16;

/// Floats that packed weights of that shape take: [outputs / 16, inputs, 16], the last panel filled up with
/// zeros.
constexpr std::size_t packedFloats(std::size_t outputs, std::size_t inputs)
{
    return (outputs + kPanel - 1) / kPanel * kPanel * inputs;
}

/// What weights are stored as, and what results are rounded to (to the nearest, ties to even).
enum class Element { f32, bf16, f16 };

constexpr std::size_t elementBytes(Element element)
{
    return element == Element::f32 ? 4 : 2;
}

/// `add` rounds the sum and what it is added to once more, as two operators after each other do; in float16
/// a sum that is infinite becomes the largest number less 1000, which is what upstream does after each
/// sub-layer (there for a whole tensor at once; here a token never depends on its neighbours).
enum class Store { plain, add, relu };

/// out[r, o] = sum over i of in[r, i] * weight[o, i]; rows of `in` and `out` are strides apart.
struct Product {
    const float* in = nullptr;
    std::size_t inStride = 0;
    std::size_t rows = 0;
    std::size_t inputs = 0;
    const void* weight = nullptr; ///< packed for `packed`, [outputs, inputs] row-major for `rowMajor`
    std::size_t outputs = 0;
    float* out = nullptr;
    std::size_t outStride = 0;
    Store store = Store::plain;
    Element element = Element::f32; ///< of the weights
    Element result = Element::f32; ///< what is stored is rounded to this
    std::size_t weightStride = 0; ///< of `rowMajor`, in elements; 0 = rows stand one behind the other
};

struct Kernels {
    const char* name;
    void (*packed)(const Product& product);
    void (*rowMajor)(const Product& product);
    /// T5 layer norm of one row: weight * x / sqrt(mean(x^2) + epsilon), rounded before and after the weight.
    void (*norm)(
        const float* in, const float* weight, float epsilon, std::size_t width, float* out, Element result);
    /// In place: values = exp(values + bias - max); returns their sum. `bias` may be null; its sum is rounded
    /// to `result`.
    float (*exponentials)(float* values, const float* bias, std::size_t count, Element result);
    /// out += factor * in, both rounded, infinite sums as with Store::add
    void (*addScaled)(const float* in, float factor, std::size_t count, float* out, Element result);
    /// values = values * factor, rounded
    void (*scale)(float* values, float factor, std::size_t count, Element result);
    /// values = the nearest that `result` can hold
    void (*round)(float* values, std::size_t count, Element result);
};

/// The best set this processor can run, chosen once.
const Kernels& kernels();
/// Every set this processor can run, slowest first: for tests and benchmarks.
std::size_t availableKernels(const Kernels* const*& sets);

/// From [outputs, inputs], rows `stride` apart: weights, and the keys of attention.
void packRows(
    const float* weight, std::size_t stride, std::size_t outputs, std::size_t inputs, float* packed);
void packRows(
    const std::uint16_t* weight, std::size_t stride, std::size_t outputs, std::size_t inputs,
    std::uint16_t* packed);
/// The other way: [outputs, inputs] row-major from packed weights; `outputs` is a multiple of kPanel.
void unpackRows(const float* packed, std::size_t outputs, std::size_t inputs, float* weight);
void unpackRows(const std::uint16_t* packed, std::size_t outputs, std::size_t inputs, std::uint16_t* weight);
/// In the type of half precision, rounded to the nearest, ties to even; too large is infinite.
std::uint16_t toHalf(float value, Element half);
float fromHalf(std::uint16_t bits, Element half);
/// From [inputs, outputs], rows `stride` apart: the values of attention.
void packColumns(
    const float* weight, std::size_t stride, std::size_t inputs, std::size_t outputs, float* packed);

} // namespace sida::model::kernels
