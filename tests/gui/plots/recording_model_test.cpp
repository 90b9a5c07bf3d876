// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recording_model.h"

#include "tests/gui/support/scripted_recording.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

#include <cmath>

using namespace sida;
using ui::ExpertCounts;
using ui::RecordingModel;
using ui::TimeRange;

namespace
{

/// Counted row by row, without an index.
ExpertCounts bruteForce(const api::Recording& recording, TimeRange range)
{
    ExpertCounts counts(recording.header.expertsPerLayer);
    for (const api::UseRow& use : recording.rows.uses)
        for (const api::BatchRow& batch : recording.rows.batches)
            if (batch.batch == use.batch && batch.begin >= range.begin && batch.begin < range.end)
                counts.add(use);
    return counts;
}

test::RecordingScript longScript()
{
    test::RecordingScript script;
    script.batches = 900; // enough uses for several checkpoints
    script.budgetChangeAt = 450;
    return script;
}

} // namespace

TEST(RecordingModel, countsOfAnyRangeEqualThoseOfCountingRowByRow)
{
    const auto recording = test::scriptedRecording(longScript());
    RecordingModel model;
    model.setRecording(recording);
    ASSERT_GT(recording->rows.uses.size(), 20'000U);
    const TimeRange all = model.extent();
    for (const auto& [from, to] :
         {std::pair{0.0, 1.0}, {0.1, 0.9}, {0.333, 0.334}, {0.5, 0.500001}, {0.97, 1.0}}) {
        const auto width = static_cast<double>(all.width());
        const TimeRange range{
            all.begin + static_cast<Nanoseconds>(from * width),
            all.begin + static_cast<Nanoseconds>(to * width)};
        EXPECT_EQ(model.countExperts(range), bruteForce(*recording, range)) << from << " to " << to;
    }
}

TEST(RecordingModel, rowsThatComeLiveGiveTheSameAsTheFinishedSession)
{
    const auto recording = test::scriptedRecording(longScript());
    RecordingModel whole;
    whole.setRecording(recording);
    RecordingModel live;
    QSignalSpy appended(&live, &RecordingModel::appended);
    live.reset(recording->header);
    const auto chunks = test::chunksOf(*recording, 7);
    for (const auto& chunk : chunks)
        live.append(chunk);
    EXPECT_EQ(appended.size(), static_cast<qsizetype>(chunks.size()));
    EXPECT_EQ(live.rows().batches, recording->rows.batches);
    EXPECT_EQ(live.rows().uses, recording->rows.uses);
    EXPECT_EQ(live.extent(), whole.extent());
    EXPECT_EQ(live.countExperts(live.extent()), whole.countExperts(whole.extent()));
    ASSERT_EQ(live.series().size(), whole.series().size());
    for (std::size_t i = 0; i < live.series().size(); ++i) {
        EXPECT_FLOAT_EQ(live.series()[i].samplesPerSecond, whole.series()[i].samplesPerSecond) << i;
        EXPECT_FLOAT_EQ(live.series()[i].hitRate, whole.series()[i].hitRate) << i;
        EXPECT_FLOAT_EQ(live.series()[i].bytesPerSecond, whole.series()[i].bytesPerSecond) << i;
        EXPECT_FLOAT_EQ(live.means()[i].samplesPerSecond, whole.means()[i].samplesPerSecond) << i;
    }
}

TEST(RecordingModel, rowsOutOfOrderAreSortedInsteadOfMiscounted)
{
    const auto recording = test::scriptedRecording();
    const auto chunks = test::chunksOf(*recording, 10);
    ASSERT_GE(chunks.size(), 4U);
    RecordingModel model;
    model.reset(recording->header);
    for (const std::size_t at : {0U, 2U, 1U, 3U})
        model.append(chunks[at]);
    EXPECT_EQ(model.rows().batches, recording->rows.batches);
    EXPECT_EQ(model.countExperts(model.extent()), bruteForce(*recording, model.extent()));
    EXPECT_EQ(model.rows().stalls.size(), recording->rows.stalls.size());
    EXPECT_TRUE(std::is_sorted(
        model.rows().stalls.begin(), model.rows().stalls.end(),
        [](const auto& a, const auto& b) { return a.end < b.end; }));
}

TEST(RecordingModel, aBatchKnowsItsRateItsHitsAndItsTransfers)
{
    api::Recording recording;
    recording.header.moeLayers = {"encoder.block.1.layer.1.mlp"};
    recording.header.expertsPerLayer = {4};
    recording.rows.batches = {{0, 1'000'000, 3'000'000, 4, 40, -1}};
    recording.rows.uses
        = {{0, {0, 0}, 10, 10, api::Outcome::hit, 0, 1'100'000},
           {0, {0, 1}, 10, 0, api::Outcome::unpredicted, 1, 1'200'000},
           {0, {0, 2}, 0, 5, api::Outcome::hit, -1, 0}};
    // Half of this copy falls into the batch.
    recording.rows.transfers = {{{0, 0}, api::TransferKind::prefetch, 0, 0, 8'000, 0, 500'000, 1'500'000}};
    RecordingModel model;
    model.setRecording(std::make_shared<api::Recording>(recording));
    ASSERT_EQ(model.series().size(), 1U);
    EXPECT_FLOAT_EQ(model.series()[0].samplesPerSecond, 2000);
    EXPECT_FLOAT_EQ(model.series()[0].hitRate, 0.5);
    EXPECT_FLOAT_EQ(model.series()[0].bytesPerSecond, 2'000'000);
    const auto counts = model.countExperts(model.extent());
    EXPECT_EQ(counts.at(0, 1).usedUnpredicted, 10U);
    EXPECT_EQ(counts.at(0, 2).predictedUnused, 5U);
    EXPECT_EQ(counts.at(0, 2).usedBatches, 0U);
}

TEST(RecordingModel, saysWhatRanAndWhatWasInMemoryAtATime)
{
    const auto recording = test::scriptedRecording();
    RecordingModel model;
    model.setRecording(recording);
    const api::BatchRow& fifth = recording->rows.batches[5];
    EXPECT_EQ(model.batchAt(fifth.begin)->batch, 5U);
    EXPECT_EQ(model.batchAt(fifth.end - 1)->batch, 5U);
    EXPECT_EQ(model.batchAt(recording->rows.batches.front().begin - 1), nullptr);
    const api::StallRow& stall = recording->rows.stalls[3];
    EXPECT_EQ(*model.stallAt(stall.begin), stall);
    EXPECT_EQ(*model.nextStall(stall.begin - 1), stall);
    EXPECT_EQ(*model.previousStall(stall.begin), recording->rows.stalls[2]);
    EXPECT_EQ(model.nextStall(model.extent().end), nullptr);
    EXPECT_EQ(*model.memoryAt(model.extent().end), recording->rows.memory.back());
    EXPECT_EQ(model.memoryAt(recording->rows.memory.front().time - 1), nullptr);
}

TEST(CoverageIndex, busyTimeByCauseEqualsTheSumOfTheRows)
{
    const auto recording = test::scriptedRecording();
    RecordingModel model;
    model.setRecording(recording);
    const auto& stalls = recording->rows.stalls;
    const auto cause = [](const api::StallRow& row) { return static_cast<int>(row.cause); };
    for (const double share : {0.0, 0.25, 0.61, 1.0}) {
        const Nanoseconds time = model.extent().begin
            + static_cast<Nanoseconds>(share * static_cast<double>(model.extent().width()));
        std::vector<Nanoseconds> expected(api::kStallCauses, 0);
        for (const api::StallRow& row : stalls)
            expected[static_cast<std::size_t>(row.cause)]
                += std::max<Nanoseconds>(0, std::min(row.end, time) - row.begin);
        EXPECT_EQ(model.stallCoverage().before(stalls, time, cause), expected) << share;
    }
}
