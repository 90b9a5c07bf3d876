// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/check.h"
#include "engine/device/cuda/device_memory.h"

#include <map>
#include <tuple>

namespace sida::cuda
{

/// y = x w^T for many tokens, by cuBLAS: f32 without TF32, bf16 and f16 with sums in f32.
class Blas
{
public:
    static constexpr std::size_t kWorkspace = std::size_t{32} << 20; ///< what cuBLAS itself takes on Hopper

    enum class Epilogue : std::uint8_t { plain, relu, addTo };
    struct Product {
        Epilogue epilogue = Epilogue::plain;
        int tokens = 0;
        int out = 0;
        int k = 0;
        auto operator<=>(const Product&) const = default;
    };

    Blas() = default;
    Blas(const Blas&) = delete;
    Blas& operator=(const Blas&) = delete;
    ~Blas();

    Status open(cudaDataType type, DeviceMemory& memory);
    /// x [tokens, k], w [out, k], y [tokens, out]. May be captured into a graph once it has run by itself.
    Status multiply(const Product& product, const void* x, const void* w, void* y, cudaStream_t stream);

private:
    struct Plan {
        cublasLtMatmulDesc_t product = nullptr;
        cublasLtMatrixLayout_t w = nullptr;
        cublasLtMatrixLayout_t x = nullptr;
        cublasLtMatrixLayout_t y = nullptr;
        cublasLtMatmulAlgo_t algorithm{};
    };
    Status makePlan(const Product& product, Plan& plan);

    cublasLtHandle_t m_handle = nullptr;
    cudaDataType m_type = CUDA_R_32F;
    std::byte* m_workspace = nullptr;
    std::map<Product, Plan> m_plans;
};

} // namespace sida::cuda
