// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/types.h"
#include "engine/device/cuda/encoder.h"

#include <stop_token>

namespace sida::cuda
{

/// What libsida_cuda.so gives to a program that found an NVIDIA driver: one binary thus starts on machines
/// with and without a GPU. Program and module are built together; kModuleVersion tells two builds apart.
class Module
{
public:
    virtual ~Module() = default;

    /// Name, memory, driver and link of each device; an `unsupported` error without any.
    virtual Result<std::vector<api::DeviceInfo>> devices() = 0;
    /// Fills in the rates of copies in blocks of a typical expert. Takes a second and some 300 MB of either
    /// memory, less when less is free.
    virtual Status measure(int device, api::DeviceInfo& info, const std::stop_token& stop) = 0;

    virtual Result<std::unique_ptr<Encoder>>
    makeEncoder(api::DType type, const EncoderShape& shape, const HostWeights& weights) = 0;
};

constexpr int kModuleVersion = 1;

/// The module, loaded on the first call and kept; an `unsupported` error says why there is none.
Result<Module*> loadModule();

} // namespace sida::cuda
