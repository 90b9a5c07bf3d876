// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/throughput/throughput_view.h"

#include <gtest/gtest.h>

using namespace sida;

namespace
{

const ui::SeriesKind kSamples{&ui::BatchSeries::samplesPerSecond, 1, 0, 0, false};
const ui::SeriesKind kRate{&ui::BatchSeries::bytesPerSecond, 1e9, 0, 0, true};

} // namespace

TEST(ThroughputView, everyVisibleValueLiesInsideItsPlot)
{
    test::Stage stage;
    const QRect area(112, 10, 992, 60);
    for (const ui::SeriesKind& kind : {kSamples, kRate}) {
        const ui::SeriesShape shape
            = ui::shapeSeries(stage.model, {stage.axis.visible(), 112, 992}, kind, area);
        ASSERT_FALSE(shape.raw.empty());
        EXPECT_EQ(shape.raw[0].size(), 80) << "two corners for each of 40 batches";
        for (const QPointF& point : shape.raw[0]) {
            EXPECT_GE(point.y(), area.top() - 1);
            EXPECT_LE(point.y(), area.bottom() + 2);
        }
    }
}

TEST(ThroughputView, aCrowdedPlotShowsTheRangeOfEachPixelAndNoMorePointsThanPixels)
{
    test::RecordingScript script;
    script.batches = 600;
    test::Stage stage(script);
    const ui::TimeScale scale{stage.axis.visible(), 0, 100};
    const ui::SeriesShape shape = ui::shapeSeries(stage.model, scale, kSamples, QRect(0, 0, 100, 50));
    EXPECT_TRUE(shape.raw.empty());
    EXPECT_LE(shape.spans.size(), 102U);
    double highest = 0;
    double raw = 0;
    for (const auto& span : shape.spans)
        highest = std::max(highest, span.high);
    for (const auto& value : stage.model.series())
        raw = std::max(raw, static_cast<double>(value.samplesPerSecond));
    EXPECT_DOUBLE_EQ(highest, raw);
}

TEST(ThroughputView, theAxisReachesALimitThatIsNearAndLeavesOneThatIsFarAway)
{
    test::Stage stage;
    const ui::TimeScale scale{stage.axis.visible(), 0, 600};
    const QRect area(0, 0, 600, 60);
    const double most = ui::shapeSeries(stage.model, scale, kRate, area).ticks.high;
    ui::SeriesKind limited = kRate;
    limited.limit = 1.5 * most;
    EXPECT_GE(ui::shapeSeries(stage.model, scale, limited, area).ticks.high, limited.limit);
    limited.limit = 100 * most;
    EXPECT_DOUBLE_EQ(ui::shapeSeries(stage.model, scale, limited, area).ticks.high, most);
}

TEST(ThroughputView, theBusLimitIsTheMeasuredOneOrElseWhatNearlyAllCopiesStayBelow)
{
    api::Recording recording = *test::scriptedRecording({});
    ui::RecordingModel model;
    model.setRecording(std::make_shared<api::Recording>(recording));
    EXPECT_FALSE(model.measuredBus());
    ui::CopyRates rates;
    EXPECT_EQ(rates.percentile(0.95), 0);
    api::TransferRow copy;
    copy.bytes = 1'000'000;
    for (const Nanoseconds taken : {100'000, 100'000, 100'000, 1}) {
        copy.end = copy.begin + taken;
        rates.add(copy);
    }
    EXPECT_NEAR(rates.percentile(0.75), 1e10, 5e8);
    EXPECT_GT(rates.percentile(1), 1e14); // the odd one
    EXPECT_GT(model.copyRates().percentile(0.95), 0);
    recording.header.provenance.emplace_back(api::kBusRateKey, "12500000000");
    model.setRecording(std::make_shared<api::Recording>(recording));
    EXPECT_DOUBLE_EQ(model.measuredBus().value_or(0), 12.5e9);
    recording.header.provenance.back().second = "fast";
    model.setRecording(std::make_shared<api::Recording>(recording));
    EXPECT_FALSE(model.measuredBus());
}

TEST(ThroughputView, theReadoutIsThatOfTheBatchUnderTheCrosshair)
{
    api::Recording recording;
    recording.header.moeLayers = {"encoder.block.1.layer.1.mlp"};
    recording.header.expertsPerLayer = {2};
    recording.rows.batches = {{0, 0, 10'000'000, 2, 8, -1}, {1, 10'000'000, 15'000'000, 2, 8, -1}};
    recording.rows.uses = {{1, {0, 0}, 8, 8, api::Outcome::hit, 0, 11'000'000}};
    ui::RecordingModel model;
    model.setRecording(std::make_shared<api::Recording>(recording));
    ui::TimeAxis axis;
    ui::ThroughputView view(&model, &axis);
    axis.setHover(12'000'000);
    EXPECT_EQ(
        view.readout(),
        (QStringList{
            QStringLiteral("Samples/s 400"), QStringLiteral("Hit rate 1.00"),
            QStringLiteral("Transfers, GB/s 0"), QStringLiteral("Latency, ms 5.00")}));
    axis.setHover(5'000'000);
    EXPECT_EQ(view.readout()[0], QStringLiteral("Samples/s 200"));
    EXPECT_EQ(view.readout()[1], QStringLiteral("Hit rate -")) << "no use, no rate";
}
