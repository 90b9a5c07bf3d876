// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sida::experts
{

/// An expert that at least one real token of the batch goes to. Its token rows stand together in the sorted
/// order.
struct ActiveExpert {
    std::uint16_t expert = 0;
    std::uint32_t rows = 0; ///< (token, choice) pairs
};

/// Where a model's forward pass gets its experts from: the slot cache, or the host store itself in tests. The
/// order in which experts become ready never changes the result.
class ExpertSource
{
public:
    virtual ~ExpertSource() = default;

    struct Ready {
        std::size_t index = 0; ///< into the list given to beginLayer
        const std::byte* block = nullptr; ///< laid out as in HostStore, valid until release
    };

    /// `active` is sorted by expert and outlives endLayer.
    virtual void beginLayer(int moeLayer, std::span<const ActiveExpert> active) = 0;
    /// Waits for any expert of the layer that was not handed out yet. Each expert is handed out once, by this
    /// or by nextIfReady. Called only while nothing that was handed out is held, so a source with two slots
    /// is enough.
    virtual Ready next() = 0;
    /// Another expert that can be used at once, or nothing: then the caller computes what it holds and comes
    /// back. Experts that are ready together are computed by all threads together.
    virtual std::optional<Ready> nextIfReady() { return std::nullopt; }
    virtual void release(std::size_t index) = 0;
    virtual void endLayer() = 0;
};

} // namespace sida::experts
