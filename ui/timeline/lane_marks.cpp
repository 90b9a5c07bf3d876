// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lane_marks.h"

namespace sida::ui::detail
{

namespace
{

constexpr int kCell = 2; // pixels

int cellOf(double x)
{
    return static_cast<int>(std::floor(x / kCell)) * kCell;
}

} // namespace

void MarkMerger::addWide(int left, int right, int category, std::size_t row)
{
    flush();
    m_marks->push_back({left, std::max(1, right - left), category, 1.0F, row});
}

void MarkMerger::addNarrow(double left, double right, int category)
{
    const int cell = cellOf(left);
    if (m_open && cell != m_left)
        flush();
    m_left = cell;
    m_open = true;
    m_busy[static_cast<std::size_t>(category)] += std::max(0.02, right - left);
}

void MarkMerger::flush()
{
    if (!m_open)
        return;
    m_open = false;
    double total = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < m_busy.size(); ++i) {
        total += m_busy[i];
        if (m_busy[i] > m_busy[most])
            most = i;
    }
    std::fill(m_busy.begin(), m_busy.end(), 0.0);
    // Four shades are enough to see how busy a stretch is, and let neighbours join into one box.
    const float share = std::ceil(std::min(1.0F, static_cast<float>(total / kCell)) * 4) / 4;
    if (!m_marks->empty()) {
        Mark& previous = m_marks->back();
        if (previous.row == Mark::kMerged && previous.left + previous.width == m_left
            && previous.category == static_cast<int>(most) && previous.share == share) {
            previous.width += kCell;
            return;
        }
    }
    m_marks->push_back({m_left, kCell, static_cast<int>(most), share, Mark::kMerged});
}

} // namespace sida::ui::detail
