// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/host_pin.h"

#include "engine/base/thread.h"

#include <algorithm>
#include <atomic>
#include <cuda_runtime.h>
#include <mutex>
#include <numeric>

namespace sida::cuda
{

namespace
{

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kPiece = std::uint64_t{256} << 20;
constexpr unsigned kMostThreads = 8;

} // namespace

PinnedPieces::PinnedPieces(const std::byte* memory, std::uint64_t bytes, std::uint64_t blockBytes)
{
    if (memory == nullptr || bytes == 0 || blockBytes == 0)
        return;
    // Pieces end where a block and a page end.
    const std::uint64_t step = std::lcm(blockBytes, kPage);
    const std::uint64_t piece = (kPiece + step - 1) / step * step;
    const std::uint64_t count = (bytes + piece - 1) / piece;
    std::atomic<std::uint64_t> next = 0;
    std::mutex mutex;
    const auto work = [&] {
        for (std::uint64_t i = next++; i < count; i = next++) {
            auto* begin = const_cast<std::byte*>(memory + i * piece);
            const std::uint64_t length = std::min(piece, bytes - i * piece);
            const cudaError_t status = cudaHostRegister(begin, length, cudaHostRegisterPortable);
            if (status != cudaSuccess) {
                (void)cudaGetLastError(); // slower, but no error
                continue;
            }
            const std::lock_guard lock(mutex);
            m_pieces.push_back(begin);
            m_bytes += length;
        }
    };
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads && i < count; ++i)
        helpers.push_back(startThread("sida-pin", [&](const std::stop_token&) { work(); }));
    work();
}

PinnedPieces::~PinnedPieces()
{
    for (void* piece : m_pieces)
        (void)cudaHostUnregister(piece);
}

} // namespace sida::cuda
