// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/types.h"
#include "engine/device/cuda/clock_pair.h"
#include "engine/device/cuda/encoder.h"
#include "engine/device/cuda/ranges.h"

#include <stop_token>

namespace sida::cuda
{

/// Host memory that the device reads by itself, for as long as this lives.
class PinnedMemory
{
public:
    virtual ~PinnedMemory() = default;
    /// What could be pinned; the rest is copied through buffers of the driver, more slowly.
    virtual std::uint64_t bytes() const = 0;
};

/// Who holds the device's memory.
struct MemoryUse {
    std::uint64_t total = 0;
    std::uint64_t free = 0;
    std::uint64_t own = 0; ///< of this process, with all that CUDA takes for itself
};

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

    virtual Result<MemoryUse> memoryUse() = 0;
    /// What CUDA takes for itself before anything is allocated, and a reserve for kernels and graphs that are
    /// loaded later.
    virtual Result<std::uint64_t> contextBytes() = 0;
    virtual Result<ClockPair> compareClocks() = 0; ///< of an idle device
    /// Of a busy one (device_clock.h): nothing until the device listens.
    virtual Status beginComparison() = 0;
    virtual Result<std::optional<ClockPair>> comparison() = 0;
    /// `blockBytes`: no block that is copied at once lies across two pieces.
    virtual std::unique_ptr<PinnedMemory>
    pin(const std::byte* memory, std::uint64_t bytes, std::uint64_t blockBytes) = 0;

    /// For profilers (ranges.h).
    virtual std::uint64_t beginRange(Range range, std::uint64_t number) = 0;
    virtual void endRange(std::uint64_t range) = 0;

    virtual EncoderBytes encoderBytes(api::DType type, const EncoderShape& shape) = 0;
    virtual Result<std::unique_ptr<Encoder>>
    makeEncoder(api::DType type, const EncoderShape& shape, const HostWeights& weights) = 0;
};

constexpr int kModuleVersion = 4;

/// The module, loaded on the first call and kept; an `unsupported` error says why there is none.
Result<Module*> loadModule();

} // namespace sida::cuda
