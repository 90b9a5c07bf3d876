// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/compute_threads.h"

#include <ATen/Parallel.h>
#include <thread>
#include <torch/headeronly/version.h>

namespace sida::runtime
{

void setComputeThreads(int threads)
{
    at::set_num_threads(threads);
}

int resolveThreads(int wanted)
{
    return wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

int inferenceThreads(const api::RunOptions& options)
{
    const bool sharesTheCores = options.threads == 0 && options.policy == api::Policy::sida;
    return sharesTheCores ? std::max(1, resolveThreads(0) - 1) : resolveThreads(options.threads);
}

std::string libtorchVersion()
{
    return TORCH_VERSION;
}

} // namespace sida::runtime
