// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/check.h"
#include "engine/device/cuda/encoder.h"

#include <array>
#include <cuda.h>

namespace sida::cuda
{

/// Copies of experts one after the other on a stream of their own. What a copy brings is published by the
/// device itself when the copy has ended. One thread.
class Copier
{
public:
    Copier() = default;
    Copier(const Copier&) = delete;
    Copier& operator=(const Copier&) = delete;
    ~Copier();

    Status open();
    bool isFull() const { return m_begun - m_ended == kMost; }
    /// `word` (in pinned host memory that the device sees, at `deviceWord`) becomes `value` when the copy has
    /// ended.
    Status begin(
        void* to, const void* from, std::size_t bytes, const std::int32_t* word, void* deviceWord, int value);
    /// The oldest that has begun and not been told of, once it has ended.
    Result<std::optional<CopyTimes>> ended();
    /// Waits for all.
    Status finish() { return checked(cudaStreamSynchronize(m_stream), "copying experts"); }

private:
    static constexpr std::size_t kMost = 256;
    struct Copy {
        cudaEvent_t begin = nullptr;
        cudaEvent_t end = nullptr;
        const std::int32_t* word = nullptr;
        int value = 0;
    };
    Result<std::uint64_t> timeOf(cudaEvent_t event) const;

    cudaStream_t m_stream = nullptr;
    std::array<Copy, kMost> m_copies;
    std::size_t m_begun = 0;
    std::size_t m_ended = 0;
    // A moment on both clocks: that of events and the one that kernels see.
    cudaEvent_t m_reference = nullptr;
    std::uint64_t m_referenceTime = 0;
};

} // namespace sida::cuda
