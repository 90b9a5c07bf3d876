// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace sida::cuda
{

// What device and host say to each other while a batch runs, in pinned host memory that both see. The device
// writes, the host reads. Every batch has a number from 0 on, and batch n writes to half n % 2, so that one
// batch can run while the host still reads what the one before it wrote. Flags hold the batch's number + 1.
// Times are the device's clock (nanoseconds; globaltimer).

struct alignas(16) LayerRecord {
    std::uint32_t begun = 0; ///< flag: from now on the device may look at where the layer's experts are
    std::uint32_t listed = 0; ///< flag: the list of active experts stands there
    std::uint32_t done = 0; ///< flag: all experts of the layer have been computed
    std::uint32_t released = 0; ///< waves that have been computed; counts from 0 in each batch
    std::int32_t activeCount = 0;
    std::int32_t reserved = 0;
    std::uint64_t beginTime = 0;
    std::uint64_t doneTime = 0;
};

/// Experts of a layer that are computed together.
struct WaveRecord {
    std::uint64_t waitBegin = 0;
    std::uint64_t waitEnd = 0; ///< the computation begins
};

struct EntryRecord {
    std::int32_t expert = 0;
    std::int32_t count = 0; ///< tokens
    std::int32_t wave = -1; ///< in which it is computed; -1: not yet known
    std::int32_t slot = -1;
};

struct BatchRecord {
    std::uint32_t done = 0; ///< flag
    std::uint32_t missing = 0; ///< experts that were wanted and did not come
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// Where in one half things stand, in bytes.
struct ExchangeLayout {
    int layers = 0;
    int experts = 0; ///< of the layer that has most
    int waves = 0; ///< at most

    std::size_t wavesAt() const { return sizeof(LayerRecord); }
    std::size_t entriesAt() const { return wavesAt() + sizeof(WaveRecord) * static_cast<std::size_t>(waves); }
    std::size_t layerBytes() const
    {
        const std::size_t bytes = entriesAt() + sizeof(EntryRecord) * static_cast<std::size_t>(experts);
        return (bytes + 127) / 128 * 128;
    }
    std::size_t layerAt(int layer) const
    {
        return 128 + layerBytes() * static_cast<std::size_t>(layer); // the batch's record comes first
    }
    std::size_t halfBytes() const { return layerAt(layers); }
};

} // namespace sida::cuda
