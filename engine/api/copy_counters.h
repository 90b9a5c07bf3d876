// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Parts of FigureAccumulator that follow each expert's copies from chunk to chunk. What they keep does not
/// grow with the run.
namespace sida::api
{

/// Tells which copies were evicted unused. Transfers and evictions come from different threads, so an
/// eviction may arrive one chunk before the copy it ended.
class WasteCounter
{
public:
    explicit WasteCounter(const std::vector<int>& expertsPerLayer);
    void add(const std::vector<TransferRow>& transfers, const std::vector<EvictionRow>& evictions);
    /// Prefetched and evicted without a use.
    std::uint64_t bytes(std::size_t layer) const { return m_bytes[layer]; }

private:
    struct Copy {
        Nanoseconds begin = 0;
        std::uint64_t bytes = 0;
        bool prefetched = false;
    };
    struct Expert {
        std::vector<Copy> copies; ///< not yet evicted; more than one only when an eviction was not recorded
        Nanoseconds evictedUnused = -1; ///< an eviction that still waits for its copy
    };

    Expert* find(ExpertKey key);
    void arrived(const TransferRow& row);
    void evicted(const EvictionRow& row);
    void waste(std::uint16_t layer, const Copy& copy);

    std::vector<std::vector<Expert>> m_experts; ///< by layer
    std::vector<std::uint64_t> m_bytes; ///< by layer
};

/// Tells how long after its layer had asked the copy of each late expert ended. Copies and uses come from
/// different threads: a copy is known no later than the use that waited for it; the row of the layer may come
/// one chunk after its uses.
class LatenessCounter
{
public:
    struct Sum {
        std::uint64_t count = 0;
        double ns = 0;
        double mostNs = 0;
    };

    explicit LatenessCounter(const std::vector<int>& expertsPerLayer);
    void add(const RecordingChunk& chunk);
    const Sum& of(std::size_t layer) const { return m_layers[layer]; }

private:
    struct Late {
        UseRow use;
        Nanoseconds arrived = -1;
    };
    /// When the latest copy of an expert ended, and the one before it: copies may be known before uses are.
    struct Arrivals {
        Nanoseconds latest = -1;
        Nanoseconds before = -1;
    };

    Arrivals* find(ExpertKey key);
    bool judge(const Late& late, const std::vector<LayerRow>& layers);

    std::vector<std::vector<Arrivals>> m_arrived; ///< by layer and expert
    std::vector<Late> m_late; ///< whose layer's row is still to come
    std::vector<Sum> m_layers;
};

} // namespace sida::api
