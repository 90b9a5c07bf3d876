// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/memory_use.h"

#include "engine/device/cuda/check.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <mutex>
#include <optional>
#include <unistd.h>

namespace sida::cuda
{

namespace
{

// The management library comes with the driver and has no header of its own here: what is used of it, as
// NVIDIA's reference documents it.
struct NvmlMemory {
    unsigned long long total, free, used;
};
struct NvmlProcess {
    unsigned pid;
    unsigned long long usedGpuMemory;
    unsigned gpuInstanceId, computeInstanceId;
};
using NvmlDevice = void*;

class Nvml
{
public:
    Nvml()
    {
        void* library = ::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL); // for the life of the process
        if (!library)
            return;
        const auto init = reinterpret_cast<int (*)()>(::dlsym(library, "nvmlInit_v2"));
        m_byIndex = reinterpret_cast<int (*)(unsigned, NvmlDevice*)>(
            ::dlsym(library, "nvmlDeviceGetHandleByIndex_v2"));
        m_memory
            = reinterpret_cast<int (*)(NvmlDevice, NvmlMemory*)>(::dlsym(library, "nvmlDeviceGetMemoryInfo"));
        m_processes = reinterpret_cast<int (*)(NvmlDevice, unsigned*, NvmlProcess*)>(
            ::dlsym(library, "nvmlDeviceGetComputeRunningProcesses_v3"));
        m_works = init && m_byIndex && m_memory && init() == 0 && m_byIndex(0, &m_device) == 0;
    }

    std::optional<std::uint64_t> used() const
    {
        NvmlMemory memory{};
        if (!m_works || m_memory(m_device, &memory) != 0)
            return std::nullopt;
        return memory.used;
    }
    /// Of this process; nothing where process numbers are those of another world (containers).
    std::optional<std::uint64_t> ownUse() const
    {
        std::array<NvmlProcess, 128> processes{};
        auto count = static_cast<unsigned>(processes.size());
        if (!m_works || !m_processes || m_processes(m_device, &count, processes.data()) != 0)
            return std::nullopt;
        constexpr unsigned long long kUnknown = ~0ULL;
        const auto end = processes.begin() + std::min<std::ptrdiff_t>(count, std::ssize(processes));
        const auto own = std::find_if(processes.begin(), end, [](const NvmlProcess& process) {
            return process.pid == static_cast<unsigned>(::getpid());
        });
        if (own == end || own->usedGpuMemory == kUnknown || own->usedGpuMemory == 0)
            return std::nullopt;
        return own->usedGpuMemory;
    }

private:
    int (*m_byIndex)(unsigned, NvmlDevice*) = nullptr;
    int (*m_memory)(NvmlDevice, NvmlMemory*) = nullptr;
    int (*m_processes)(NvmlDevice, unsigned*, NvmlProcess*) = nullptr;
    NvmlDevice m_device = nullptr;
    bool m_works = false;
};

const Nvml& nvml()
{
    static const Nvml instance;
    return instance;
}

/// What a context takes on recent devices; only where nobody can be asked.
constexpr std::uint64_t kUsualContext = std::uint64_t{360} << 20;
constexpr std::size_t kStackBytes = 256; ///< of a thread on the device
/// Kernels are loaded when they are first used, and graphs are made for each size of batch.
constexpr std::uint64_t kLater = std::uint64_t{64} << 20;

std::optional<std::uint64_t>& foreignBytes()
{
    static std::optional<std::uint64_t> bytes;
    return bytes;
}

} // namespace

void noteForeignMemory()
{
    static std::once_flag once;
    std::call_once(once, [] { foreignBytes() = nvml().used(); });
}

Result<MemoryUse> memoryUseOfDevice()
{
    std::size_t freeBytes = 0;
    std::size_t totalBytes = 0;
    SIDA_TRY(checked(cudaMemGetInfo(&freeBytes, &totalBytes), "asking for its memory"));
    MemoryUse use{totalBytes, freeBytes, 0};
    if (const auto own = nvml().ownUse()) {
        use.own = *own;
    } else if (foreignBytes()) {
        const std::uint64_t used = nvml().used().value_or(totalBytes - freeBytes);
        use.own = used > *foreignBytes() ? used - *foreignBytes() : 0;
    }
    return use;
}

Result<std::uint64_t> bytesOfContext()
{
    static std::once_flag once;
    static Result<std::uint64_t> bytes = std::uint64_t{0};
    std::call_once(once, [] {
        const auto measure = []() -> Result<std::uint64_t> {
            SIDA_TRY(checked(cudaFree(nullptr), "opening the device"));
            // Room for the stacks of all threads that can run at once: 200 MB less than usual. A kernel that
            // needs more gets more.
            SIDA_TRY(checked(cudaDeviceSetLimit(cudaLimitStackSize, kStackBytes), "opening the device"));
            SIDA_TRY_ASSIGN(const MemoryUse use, memoryUseOfDevice());
            return (use.own > 0 ? use.own : kUsualContext) + kLater;
        };
        bytes = measure();
    });
    return bytes;
}

} // namespace sida::cuda
