// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/batch/range_model.h"
#include "ui/batch/range_view.h"
#include "ui/models/range_csv.h"

#include <gtest/gtest.h>

#include <numeric>
#include <sstream>

using namespace sida;

TEST(Durations, ranksAreTheNearest)
{
    std::vector<Nanoseconds> values(100);
    std::iota(values.begin(), values.end(), 1);
    std::reverse(values.begin(), values.end());
    const ui::Durations durations = ui::Durations::of(values);
    EXPECT_EQ(durations.count, 100U);
    EXPECT_EQ(durations.sum, 5050);
    EXPECT_EQ(durations.p50, 50);
    EXPECT_EQ(durations.p95, 95);
    EXPECT_EQ(durations.longest, 100);
    std::vector<Nanoseconds> none;
    EXPECT_EQ(ui::Durations::of(none).count, 0U);
}

TEST(RangeSummary, countsWhatBeginsInTheRangeByCauseAndByLayer)
{
    test::Stage stage;
    const auto& batches = stage.recording->rows.batches;
    const ui::TimeRange range{batches[10].begin, batches[20].begin};
    const ui::RangeSummary summary = ui::summarise(stage.model, range);
    EXPECT_EQ(summary.batches.count, 10U);
    EXPECT_EQ(summary.samples, 10U);
    std::uint64_t count = 0;
    Nanoseconds sum = 0;
    std::vector<std::uint64_t> byLayer(3);
    for (const api::StallRow& row : stage.recording->rows.stalls)
        if (row.begin >= range.begin && row.begin < range.end) {
            ++count;
            sum += row.end - row.begin;
            ++byLayer[row.key.layer];
        }
    EXPECT_EQ(summary.stalls.count, count);
    EXPECT_EQ(summary.stalls.sum, sum);
    Nanoseconds byCause = 0;
    for (const ui::Durations& cause : summary.stallsByCause)
        byCause += cause.sum;
    EXPECT_EQ(byCause, sum);
    for (std::size_t layer = 0; layer < 3; ++layer)
        EXPECT_EQ(summary.stallsByLayer[layer].count, byLayer[layer]);
    std::uint64_t copies = 0;
    for (const api::TransferRow& row : stage.recording->rows.transfers)
        copies += row.begin >= range.begin && row.begin < range.end;
    EXPECT_EQ(summary.copies[0].count + summary.copies[1].count + summary.copies[2].count, copies);
}

TEST(RangeView, followsTheSelectionAndSaysSo)
{
    test::Stage stage;
    ui::RangeView view(&stage.model, &stage.axis);
    view.resize(976, 240);
    view.show();
    test::settle(view);
    EXPECT_TRUE(view.titleAccessory()->summary().startsWith(QStringLiteral("Visible range")));
    const ui::RangeModel& table = *view.table();
    EXPECT_EQ(table.index(0, ui::RangeModel::count).data().toString(), QStringLiteral("40"));
    const auto& batches = stage.recording->rows.batches;
    stage.axis.setSelection({batches[4].begin, batches[7].begin});
    test::settle(view);
    EXPECT_TRUE(view.titleAccessory()->summary().startsWith(QStringLiteral("Selection")));
    EXPECT_EQ(table.index(0, ui::RangeModel::count).data().toString(), QStringLiteral("3"));
    EXPECT_TRUE(table.asText().contains(QStringLiteral("bus-saturated\t")));
}

TEST(RangeCsv, writesOneLineForEachBatchInViewWithItsFigures)
{
    test::Stage stage;
    const auto& batches = stage.recording->rows.batches;
    const std::string csv = ui::rangeCsv(stage.model, {batches[3].begin, batches[5].begin});
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("batch,begin_s,end_s,samples,tokens,latency_ms,"));
    const auto columns = std::count(line.begin(), line.end(), ',');
    std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("3,")) << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), columns);
    std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("4,")) << line;
    EXPECT_FALSE(std::getline(lines, line)) << line;
}
