// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <array>
#include <cstdint>

namespace sida::ui
{

/// How fast single copies were. The fastest of all is often a timing artefact (a copy whose pages lay in the
/// processor's cache), so percentiles are asked for: to within 5 %, in constant memory, row by row.
class CopyRates
{
public:
    void add(const api::TransferRow& row);
    void reset() { *this = {}; }
    /// Bytes a second that this share of the copies stayed below; 0 before the first.
    double percentile(double share) const;

private:
    static constexpr int kBinsPerDoubling = 16;
    static constexpr int kDoublings = 48; ///< up to 2^48 bytes a second

    std::array<std::uint32_t, static_cast<std::size_t>(kBinsPerDoubling) * kDoublings> m_bins{};
    std::uint64_t m_copies = 0;
};

} // namespace sida::ui
