// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/copy_rates.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

void CopyRates::add(const api::TransferRow& row)
{
    if (row.end <= row.begin || row.bytes == 0)
        return;
    const double rate = static_cast<double>(row.bytes) / static_cast<double>(row.end - row.begin) * 1e9;
    const auto last = static_cast<double>(m_bins.size() - 1);
    ++m_bins[static_cast<std::size_t>(std::clamp(std::log2(rate) * kBinsPerDoubling, 0.0, last))];
    ++m_copies;
}

double CopyRates::percentile(double share) const
{
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(m_copies)));
    std::uint64_t seen = 0;
    for (std::size_t bin = 0; bin < m_bins.size() && m_copies > 0; ++bin) {
        seen += m_bins[bin];
        if (seen >= wanted)
            return std::exp2((static_cast<double>(bin) + 0.5) / kBinsPerDoubling);
    }
    return 0;
}

} // namespace sida::ui
