// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/row_order.h"

#include <algorithm>
#include <tuple>

namespace sida::profile
{

namespace
{

template <typename Row, typename Key>
void order(std::vector<Row>& rows, Key key)
{
    const auto earlier = [key](const Row& a, const Row& b) { return key(a) < key(b); };
    // What comes from one thread is in order already, which is by far the most common case.
    if (!std::is_sorted(rows.begin(), rows.end(), earlier))
        std::stable_sort(rows.begin(), rows.end(), earlier);
}

} // namespace

void orderRows(api::RecordingChunk& rows)
{
    order(rows.batches, [](const api::BatchRow& row) { return std::tuple(row.begin, row.batch); });
    order(rows.layers, [](const api::LayerRow& row) { return std::tuple(row.batch, row.layer); });
    order(rows.uses, [](const api::UseRow& row) { return std::tuple(row.batch, row.key); });
    order(rows.transfers, [](const api::TransferRow& row) { return row.begin; });
    order(rows.evictions, [](const api::EvictionRow& row) { return row.time; });
    order(rows.stalls, [](const api::StallRow& row) { return row.begin; });
    order(rows.memory, [](const api::MemoryRow& row) { return row.time; });
    order(rows.budgets, [](const api::BudgetRow& row) { return row.time; });
    order(rows.prefetchSwitches, [](const api::PrefetchSwitchRow& row) { return row.time; });
    order(rows.hash, [](const api::HashRow& row) { return std::tuple(row.batch, row.layer); });
    order(rows.calibration, [](const api::CalibrationRow& row) {
        return std::tuple(row.batch, row.layer, row.bin);
    });
    order(rows.hashBuilds, [](const api::HashBuildRow& row) { return std::tuple(row.begin, row.batch); });
    order(rows.samples, [](const api::SampleRow& row) { return row.batch; });
}

} // namespace sida::profile
