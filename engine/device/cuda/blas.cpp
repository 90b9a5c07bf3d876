// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/blas.h"

#include <cstddef>

namespace sida::cuda
{

namespace
{

constexpr std::size_t kWorkspaceBytes = Blas::kWorkspace;

template <typename Value>
Status setAttribute(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute, Value value)
{
    return checked(
        cublasLtMatmulDescSetAttribute(product, attribute, &value, sizeof value), "describing a product");
}

} // namespace

Blas::~Blas()
{
    for (auto& [product, plan] : m_plans) {
        (void)cublasLtMatmulDescDestroy(plan.product);
        for (cublasLtMatrixLayout_t layout : {plan.w, plan.x, plan.y})
            (void)cublasLtMatrixLayoutDestroy(layout);
    }
    if (m_handle)
        (void)cublasLtDestroy(m_handle);
}

Status Blas::open(cudaDataType type, DeviceMemory& memory)
{
    m_type = type;
    SIDA_TRY(checked(cublasLtCreate(&m_handle), "opening the library"));
    return memory.take(m_workspace, kWorkspaceBytes, "workspace of cuBLAS");
}

/// cuBLAS thinks in columns: y^T [out, tokens] = w [out, k] x^T [k, tokens].
Status Blas::makePlan(const Product& product, Plan& plan)
{
    const cublasComputeType_t compute
        = m_type == CUDA_R_32F ? CUBLAS_COMPUTE_32F_PEDANTIC : CUBLAS_COMPUTE_32F;
    SIDA_TRY(checked(cublasLtMatmulDescCreate(&plan.product, compute, CUDA_R_32F), "describing a product"));
    SIDA_TRY(setAttribute(plan.product, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T));
    SIDA_TRY(setAttribute(
        plan.product, CUBLASLT_MATMUL_DESC_EPILOGUE,
        product.epilogue == Epilogue::relu ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT));
    const auto rows = static_cast<std::uint64_t>(product.k);
    const auto out = static_cast<std::uint64_t>(product.out);
    const auto tokens = static_cast<std::uint64_t>(product.tokens);
    SIDA_TRY(checked(cublasLtMatrixLayoutCreate(&plan.w, m_type, rows, out, product.k), "weights"));
    SIDA_TRY(checked(cublasLtMatrixLayoutCreate(&plan.x, m_type, rows, tokens, product.k), "tokens"));
    SIDA_TRY(checked(cublasLtMatrixLayoutCreate(&plan.y, m_type, out, tokens, product.out), "outputs"));
    cublasLtMatmulPreference_t preference = nullptr;
    SIDA_TRY(checked(cublasLtMatmulPreferenceCreate(&preference), "choosing a kernel"));
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    cublasStatus_t status = cublasLtMatmulPreferenceSetAttribute(
        preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspaceBytes, sizeof kWorkspaceBytes);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = cublasLtMatmulAlgoGetHeuristic(
            m_handle, plan.product, plan.w, plan.x, plan.y, plan.y, preference, 1, &found, &count);
    (void)cublasLtMatmulPreferenceDestroy(preference);
    if (status == CUBLAS_STATUS_SUCCESS && count == 0)
        status = CUBLAS_STATUS_NOT_SUPPORTED;
    plan.algorithm = found.algo;
    return checked(status, "choosing a kernel");
}

Status Blas::multiply(const Product& product, const void* x, const void* w, void* y, cudaStream_t stream)
{
    auto found = m_plans.find(product);
    if (found == m_plans.end()) {
        found = m_plans.emplace(product, Plan{}).first;
        SIDA_TRY(makePlan(product, found->second));
    }
    const Plan& plan = found->second;
    const float one = 1;
    const float keep = product.epilogue == Epilogue::addTo ? 1 : 0;
    return checked(
        cublasLtMatmul(
            m_handle, plan.product, &one, w, plan.w, x, plan.x, &keep, y, plan.y, y, plan.y, &plan.algorithm,
            m_workspace, kWorkspaceBytes, stream),
        "multiplying");
}

} // namespace sida::cuda
