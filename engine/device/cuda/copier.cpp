// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/copier.h"

#include "engine/device/cuda/device_clock.h"
#include "engine/device/cuda/slot_memory.h"

#include <atomic>

namespace sida::cuda
{

Copier::~Copier()
{
    if (m_stream)
        (void)cudaStreamSynchronize(m_stream);
    for (const Copy& copy : m_copies) {
        if (copy.begin)
            (void)cudaEventDestroy(copy.begin);
        if (copy.end)
            (void)cudaEventDestroy(copy.end);
    }
    if (m_reference)
        (void)cudaEventDestroy(m_reference);
    if (m_stream)
        (void)cudaStreamDestroy(m_stream);
}

Status Copier::open()
{
    int least = 0;
    int greatest = 0;
    SIDA_TRY(checked(cudaDeviceGetStreamPriorityRange(&least, &greatest), "describing the device"));
    SIDA_TRY(
        checked(cudaStreamCreateWithPriority(&m_stream, cudaStreamNonBlocking, greatest), "making a stream"));
    for (Copy& copy : m_copies) {
        SIDA_TRY(checked(cudaEventCreate(&copy.begin), "making an event"));
        SIDA_TRY(checked(cudaEventCreate(&copy.end), "making an event"));
    }
    SIDA_TRY(checked(cudaEventCreate(&m_reference), "making an event"));
    SIDA_TRY_ASSIGN(m_referenceTime, deviceTimeOfEvent(m_stream, m_reference));
    return {};
}

Status Copier::begin(
    void* to, const void* from, std::size_t bytes, const std::int32_t* word, void* deviceWord, int value)
{
    Copy& copy = m_copies[m_begun % kMost];
    copy.word = word;
    copy.value = value;
    SIDA_TRY(checked(cudaEventRecord(copy.begin, m_stream), "copying an expert"));
    SIDA_TRY(
        checked(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, m_stream), "copying an expert"));
    SIDA_TRY(checked(cudaEventRecord(copy.end, m_stream), "copying an expert"));
    SIDA_TRY(checked(
        cuStreamWriteValue32(
            m_stream, reinterpret_cast<CUdeviceptr>(deviceWord), static_cast<cuuint32_t>(value), 0),
        "publishing an expert"));
    ++m_begun;
    return {};
}

Result<std::optional<CopyTimes>> Copier::ended()
{
    if (m_ended == m_begun)
        return std::nullopt;
    const Copy& copy = m_copies[m_ended % kMost];
    // Asking the driver costs more than looking.
    if (__atomic_load_n(copy.word, __ATOMIC_ACQUIRE) != copy.value)
        return std::nullopt;
    const cudaError_t status = cudaEventQuery(copy.end);
    if (status == cudaErrorNotReady)
        return std::nullopt;
    SIDA_TRY(checked(status, "copying an expert"));
    CopyTimes times;
    SIDA_TRY_ASSIGN(times.begin, timeOf(copy.begin));
    SIDA_TRY_ASSIGN(times.end, timeOf(copy.end));
    // Differences are told in floats: they stay exact when they stay short.
    constexpr std::uint64_t kFar = 200'000'000;
    if (times.end > m_referenceTime + kFar) {
        std::swap(m_reference, m_copies[m_ended % kMost].end);
        m_referenceTime = times.end;
    }
    ++m_ended;
    return times;
}

Result<std::uint64_t> Copier::timeOf(cudaEvent_t event) const
{
    float milliseconds = 0;
    SIDA_TRY(checked(cudaEventElapsedTime(&milliseconds, m_reference, event), "timing a copy"));
    const auto distance
        = static_cast<std::int64_t>(static_cast<double>(milliseconds) * 1e6); // may be negative
    return m_referenceTime + static_cast<std::uint64_t>(distance);
}

} // namespace sida::cuda
