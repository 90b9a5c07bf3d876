// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/module.h"

#include "engine/device/cuda/check.h"
#include "engine/device/cuda/device_clock.h"
#include "engine/device/cuda/host_pin.h"
#include "engine/device/cuda/make_encoder.h"
#include "engine/device/cuda/measure.h"
#include "engine/device/cuda/memory_use.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fstream>

namespace sida::cuda
{

namespace
{

std::string firstLine(const std::string& file)
{
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

std::string cudaVersion(int number)
{
    return fmt::format("{}.{}", number / 1000, number % 1000 / 10);
}

std::string driverWords()
{
    int version = 0;
    (void)cudaDriverGetVersion(&version);
    const std::string release = firstLine("/sys/module/nvidia/version");
    return release.empty() ? fmt::format("for CUDA {}", cudaVersion(version))
                           : fmt::format("{}, for CUDA {}", release, cudaVersion(version));
}

/// What the system says of the slot, such as "32.0 GT/s PCIe, 16 lanes"; empty where it says nothing.
std::string linkWords(int device)
{
    char id[32] = {};
    if (cudaDeviceGetPCIBusId(id, sizeof id, device) != cudaSuccess)
        return {};
    std::string name(id);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string folder = "/sys/bus/pci/devices/" + name;
    const std::string speed = firstLine(folder + "/max_link_speed");
    const std::string width = firstLine(folder + "/max_link_width");
    return speed.empty() || width.empty() ? std::string() : fmt::format("{}, {} lanes", speed, width);
}

class LoadedModule final : public Module
{
public:
    Result<std::vector<api::DeviceInfo>> devices() override
    {
        int count = 0;
        SIDA_TRY(checked(cudaGetDeviceCount(&count), "looking for devices"));
        std::vector<api::DeviceInfo> devices;
        for (int device = 0; device < count; ++device) {
            SIDA_TRY_ASSIGN(api::DeviceInfo info, describe(device));
            devices.push_back(std::move(info));
        }
        if (devices.empty())
            return failure(ErrorKind::unsupported, "The NVIDIA driver names no device");
        return devices;
    }

    Status measure(int device, api::DeviceInfo& info, const std::stop_token& stop) override
    {
        SIDA_TRY(checked(cudaSetDevice(device), "choosing the device"));
        return measureRates(info, stop);
    }

    Result<MemoryUse> memoryUse() override { return memoryUseOfDevice(); }
    Result<std::uint64_t> contextBytes() override { return bytesOfContext(); }
    Result<ClockPair> compareClocks() override { return cuda::compareClocks(); }
    Status beginComparison() override { return cuda::beginComparison(); }
    Result<std::optional<ClockPair>> comparison() override { return cuda::comparison(); }
    std::unique_ptr<PinnedMemory>
    pin(const std::byte* memory, std::uint64_t bytes, std::uint64_t blockBytes) override
    {
        return std::make_unique<PinnedPieces>(memory, bytes, blockBytes);
    }

    std::uint64_t beginRange(Range range, std::uint64_t number) override
    {
        return cuda::beginRange(range, number);
    }
    void endRange(std::uint64_t range) override { cuda::endRange(range); }

    EncoderBytes encoderBytes(api::DType type, const EncoderShape& shape) override
    {
        switch (type) {
        case api::DType::f32:
            return encoderBytesF32(shape);
        case api::DType::bf16:
            return encoderBytesBf16(shape);
        case api::DType::f16:
            return encoderBytesF16(shape);
        }
        return {};
    }

    Result<std::unique_ptr<Encoder>>
    makeEncoder(api::DType type, const EncoderShape& shape, const HostWeights& weights) override
    {
        switch (type) {
        case api::DType::f32:
            return makeEncoderF32(shape, weights);
        case api::DType::bf16:
            return makeEncoderBf16(shape, weights);
        case api::DType::f16:
            return makeEncoderF16(shape, weights);
        }
        return failure(ErrorKind::internal, "no such number type");
    }

private:
    static Result<api::DeviceInfo> describe(int device)
    {
        cudaDeviceProp properties{};
        SIDA_TRY(checked(cudaGetDeviceProperties(&properties, device), "describing a device"));
        SIDA_TRY(checked(cudaSetDevice(device), "choosing a device"));
        std::size_t freeBytes = 0;
        std::size_t totalBytes = 0;
        SIDA_TRY(checked(cudaMemGetInfo(&freeBytes, &totalBytes), "asking for its memory"));
        api::DeviceInfo info;
        info.kind = api::DeviceKind::cuda;
        info.name = properties.name;
        info.totalBytes = totalBytes;
        info.freeBytes = freeBytes;
        int runtime = 0;
        (void)cudaRuntimeGetVersion(&runtime);
        info.details
            = {{"compute capability", fmt::format("{}.{}", properties.major, properties.minor)},
               {"multiprocessors", fmt::format("{}", properties.multiProcessorCount)},
               {"driver", driverWords()},
               {"CUDA run time", cudaVersion(runtime)}};
        if (std::string link = linkWords(device); !link.empty())
            info.details.emplace_back("PCIe link", std::move(link));
        return info;
    }
};

} // namespace

} // namespace sida::cuda

extern "C" __attribute__((visibility("default"))) sida::cuda::Module* sidaCudaModule(int version)
{
    sida::cuda::noteForeignMemory();
    static sida::cuda::LoadedModule module;
    return version == sida::cuda::kModuleVersion ? &module : nullptr;
}
