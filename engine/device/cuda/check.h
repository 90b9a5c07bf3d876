// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cublasLt.h>
#include <cuda_runtime.h>

namespace sida::cuda
{

/// What failed, in the user's words. Memory that is not to be had is a `budget` error.
Status checked(cudaError_t status, const char* what);
Status checked(cublasStatus_t status, const char* what);

} // namespace sida::cuda
