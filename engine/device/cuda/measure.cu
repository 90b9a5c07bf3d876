// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/device_memory.h"
#include "engine/device/cuda/measure.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace sida::cuda
{

namespace
{

constexpr std::size_t kBlockBytes = std::size_t{9} << 20; // one expert of a base-size model in bf16
constexpr std::size_t kMostBlocks = 32;
constexpr int kAttempts = 5;

/// The sum must be wanted by somebody, or the reads are optimised away: it is stored when it is one value.
__global__ void readAll(const uint4* data, std::size_t count, unsigned* unlikely)
{
    unsigned sum = 0;
    const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
    std::size_t i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    for (; i + 3 * step < count; i += 4 * step) {
        const uint4 a = data[i];
        const uint4 b = data[i + step];
        const uint4 c = data[i + 2 * step];
        const uint4 d = data[i + 3 * step];
        sum += (a.x ^ b.x ^ c.x ^ d.x) + (a.y ^ b.y ^ c.y ^ d.y) + (a.z ^ b.z ^ c.z ^ d.z)
            + (a.w ^ b.w ^ c.w ^ d.w);
    }
    if (sum == 0x12345679U)
        *unlikely = sum;
}

struct PinnedFree {
    void operator()(std::byte* memory) const { (void)cudaFreeHost(memory); }
};

class Stopwatch
{
public:
    Status open()
    {
        SIDA_TRY(checked(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "making a stream"));
        SIDA_TRY(checked(cudaEventCreate(&m_begin), "making an event"));
        return checked(cudaEventCreate(&m_end), "making an event");
    }
    ~Stopwatch()
    {
        if (m_begin)
            (void)cudaEventDestroy(m_begin);
        if (m_end)
            (void)cudaEventDestroy(m_end);
        if (m_stream)
            (void)cudaStreamDestroy(m_stream);
    }

    /// Bytes a second of `pass(stream)`, which moves `bytes`.
    template <typename Pass>
    Result<double> bestRate(std::size_t bytes, Pass pass)
    {
        float best = 0;
        for (int attempt = 0; attempt < kAttempts; ++attempt) {
            SIDA_TRY(checked(cudaEventRecord(m_begin, m_stream), "timing"));
            SIDA_TRY(checked(pass(m_stream), "copying"));
            SIDA_TRY(checked(cudaEventRecord(m_end, m_stream), "timing"));
            SIDA_TRY(checked(cudaEventSynchronize(m_end), "timing"));
            float milliseconds = 0;
            SIDA_TRY(checked(cudaEventElapsedTime(&milliseconds, m_begin, m_end), "timing"));
            best = best == 0 ? milliseconds : std::min(best, milliseconds);
        }
        return static_cast<double>(bytes) / (static_cast<double>(std::max(best, 1e-6F)) * 1e-3);
    }

private:
    cudaStream_t m_stream = nullptr;
    cudaEvent_t m_begin = nullptr;
    cudaEvent_t m_end = nullptr;
};

cudaError_t
copyBlocks(std::byte* to, const std::byte* from, std::size_t blocks, cudaMemcpyKind kind, cudaStream_t stream)
{
    for (std::size_t i = 0; i < blocks; ++i)
        if (const cudaError_t status
            = cudaMemcpyAsync(to + i * kBlockBytes, from + i * kBlockBytes, kBlockBytes, kind, stream);
            status != cudaSuccess)
            return status;
    return cudaSuccess;
}

} // namespace

Status measureRates(api::DeviceInfo& info, const std::stop_token& stop)
{
    const auto stopped = [&]() -> Status {
        return stop.stop_requested() ? failure(ErrorKind::cancelled, "stopped while the GPU was measured")
                                     : Status();
    };
    std::size_t freeBytes = 0;
    std::size_t totalBytes = 0;
    SIDA_TRY(checked(cudaMemGetInfo(&freeBytes, &totalBytes), "asking for its memory"));
    const std::size_t blocks = std::min(kMostBlocks, freeBytes / 4 / kBlockBytes);
    if (blocks == 0)
        return {}; // too full to measure; the rates stay unknown
    const std::size_t bytes = blocks * kBlockBytes;
    DeviceMemory memory;
    std::byte* from = nullptr;
    std::byte* to = nullptr;
    SIDA_TRY(memory.take(from, bytes, "measuring"));
    SIDA_TRY(memory.take(to, bytes, "measuring"));
    SIDA_TRY(checked(cudaMemset(from, 1, bytes), "measuring"));
    Stopwatch watch;
    SIDA_TRY(watch.open());

    std::byte* raw = nullptr;
    SIDA_TRY(checked(cudaMallocHost(&raw, bytes), "pinned host memory"));
    const std::unique_ptr<std::byte, PinnedFree> pinned(raw);
    std::memset(raw, 3, bytes);
    SIDA_TRY(stopped());
    SIDA_TRY_ASSIGN(info.hostToDeviceBytesPerSecond, watch.bestRate(bytes, [&](cudaStream_t stream) {
        return copyBlocks(to, raw, blocks, cudaMemcpyHostToDevice, stream);
    }));
    SIDA_TRY(stopped());
    const std::vector<std::byte> pageable(bytes, std::byte{5});
    SIDA_TRY_ASSIGN(info.pageableBytesPerSecond, watch.bestRate(bytes, [&](cudaStream_t stream) {
        return copyBlocks(to, pageable.data(), blocks, cudaMemcpyHostToDevice, stream);
    }));
    SIDA_TRY(stopped());
    SIDA_TRY_ASSIGN(info.deviceCopyBytesPerSecond, watch.bestRate(bytes, [&](cudaStream_t stream) {
        return cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream);
    }));
    SIDA_TRY_ASSIGN(info.deviceReadBytesPerSecond, watch.bestRate(bytes, [&](cudaStream_t stream) {
        readAll<<<2048, 256, 0, stream>>>(
            reinterpret_cast<const uint4*>(from), bytes / sizeof(uint4), reinterpret_cast<unsigned*>(to));
        return cudaGetLastError();
    }));
    return {};
}

} // namespace sida::cuda
