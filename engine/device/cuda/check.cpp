// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/check.h"

#include "engine/base/units.h"

#include <fmt/format.h>

namespace sida::cuda
{

Status checked(cudaError_t status, const char* what)
{
    if (status == cudaSuccess)
        return {};
    if (status == cudaErrorMemoryAllocation) {
        std::size_t freeBytes = 0;
        std::size_t totalBytes = 0;
        (void)cudaGetLastError(); // it does not stick
        (void)cudaMemGetInfo(&freeBytes, &totalBytes);
        return failure(
            ErrorKind::budget,
            fmt::format(
                "The GPU has no memory left for this ({}): {} of {} are free; close other programs that use "
                "it "
                "or choose a smaller budget",
                what, units::formatBytes(freeBytes), units::formatBytes(totalBytes)));
    }
    return failure(
        ErrorKind::internal,
        fmt::format("CUDA: {}: {} ({})", what, cudaGetErrorString(status), cudaGetErrorName(status)));
}

Status checked(cublasStatus_t status, const char* what)
{
    if (status == CUBLAS_STATUS_SUCCESS)
        return {};
    return failure(ErrorKind::internal, fmt::format("cuBLAS: {}: {}", what, cublasLtGetStatusString(status)));
}

} // namespace sida::cuda
