// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/module.h"

#include <vector>

namespace sida::cuda
{

/// Pins memory that exists already, in pieces and by several threads: the system has to look at every page.
class PinnedPieces final : public PinnedMemory
{
public:
    PinnedPieces(const std::byte* memory, std::uint64_t bytes, std::uint64_t blockBytes);
    PinnedPieces(const PinnedPieces&) = delete;
    PinnedPieces& operator=(const PinnedPieces&) = delete;
    ~PinnedPieces() override;

    std::uint64_t bytes() const override { return m_bytes; }

private:
    std::vector<void*> m_pieces; ///< those that were pinned
    std::uint64_t m_bytes = 0;
};

} // namespace sida::cuda
