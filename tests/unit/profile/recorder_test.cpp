// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/recorder.h"

#include <gtest/gtest.h>
#include <thread>

namespace sida::profile
{

TEST(Recorder, GivesEveryKindOfRowBackAsItWas)
{
    const api::BatchRow batch{1, 2, 3, 4, 5, 6};
    const api::LayerRow layer{1, 2, 3, 4};
    const api::UseRow use{1, {2, 3}, 4, 5, api::Outcome::late, 6, 7};
    const api::TransferRow transfer{{1, 2}, api::TransferKind::onDemand, 3, 4, 5, 6, 7, 8};
    const api::EvictionRow eviction{{1, 2}, 3, 4, api::EvictionReason::budgetChange, true};
    const api::StallRow stall{1, {2, 3}, 4, 5, api::StallCause::busSaturated};
    const api::MemoryRow memory{1, {2, 3, 4, 5, 6, 7}, 8};
    const api::HashRow hash{1, 2, 3, 4, 5, 6, 7};
    const api::HashBuildRow build{1, 2, 3};
    const api::SampleRow sample{1, 2, 3, 4, 5, 6};
    const api::BudgetRow budget{1, 2, 3, false, "too small"};

    Recorder recorder;
    Recorder::Producer& producer = recorder.addProducer("test");
    producer.record(batch);
    producer.record(layer);
    producer.record(use);
    producer.record(transfer);
    producer.record(eviction);
    producer.record(stall);
    producer.record(memory);
    producer.record(hash);
    producer.record(build);
    producer.record(sample);
    recorder.record(budget);

    const api::RecordingChunk rows = recorder.drain();
    EXPECT_EQ(rows.batches, std::vector{batch});
    EXPECT_EQ(rows.layers, std::vector{layer});
    EXPECT_EQ(rows.uses, std::vector{use});
    EXPECT_EQ(rows.transfers, std::vector{transfer});
    EXPECT_EQ(rows.evictions, std::vector{eviction});
    EXPECT_EQ(rows.stalls, std::vector{stall});
    EXPECT_EQ(rows.memory, std::vector{memory});
    EXPECT_EQ(rows.hash, std::vector{hash});
    EXPECT_EQ(rows.hashBuilds, std::vector{build});
    EXPECT_EQ(rows.samples, std::vector{sample});
    EXPECT_EQ(rows.budgets, std::vector{budget});
    EXPECT_TRUE(recorder.drain().empty());
}

TEST(Recorder, MergesWhatSeveralThreadsRecordedByTime)
{
    Recorder recorder;
    Recorder::Producer& first = recorder.addProducer("first");
    Recorder::Producer& second = recorder.addProducer("second");
    for (const Nanoseconds time : {1, 4, 5})
        first.record(api::EvictionRow{{0, 1}, 0, time, api::EvictionReason::slotNeeded, true});
    for (const Nanoseconds time : {2, 3, 5})
        second.record(api::EvictionRow{{0, 2}, 0, time, api::EvictionReason::slotNeeded, true});
    std::vector<std::pair<Nanoseconds, int>> found;
    for (const api::EvictionRow& row : recorder.drain().evictions)
        found.emplace_back(row.time, row.key.expert);
    EXPECT_EQ(
        found, (std::vector<std::pair<Nanoseconds, int>>{{1, 1}, {2, 2}, {3, 2}, {4, 1}, {5, 1}, {5, 2}}));
}

TEST(Recorder, AFullRingDropsAndCounts)
{
    Recorder recorder(true, 16);
    Recorder::Producer& producer = recorder.addProducer("fast");
    for (std::uint32_t i = 0; i < 20; ++i)
        producer.record(api::HashBuildRow{i, i, i});
    const api::RecordingChunk rows = recorder.drain();
    EXPECT_EQ(rows.hashBuilds.size(), 16U);
    EXPECT_EQ(rows.droppedEvents, 4U);
    EXPECT_EQ(recorder.dropped(), 4U);
}

TEST(Recorder, SwitchedOffItKeepsNothing)
{
    Recorder recorder(false);
    recorder.addProducer("silent").record(api::BatchRow{});
    recorder.record(api::BudgetRow{});
    EXPECT_TRUE(recorder.drain().empty());
    EXPECT_EQ(recorder.dropped(), 0U);
}

TEST(Recorder, ThreadsRecordWhileItIsDrained)
{
    constexpr std::uint32_t kRows = 20'000;
    Recorder recorder(true, kRows);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
        Recorder::Producer& producer = recorder.addProducer("thread");
        threads.emplace_back([&producer] {
            for (std::uint32_t row = 0; row < kRows; ++row)
                producer.record(api::HashBuildRow{row, row, row});
        });
    }
    std::size_t rows = 0;
    while (rows < 3 * std::size_t{kRows})
        rows += recorder.drain().hashBuilds.size();
    EXPECT_EQ(rows, 3 * std::size_t{kRows});
    EXPECT_EQ(recorder.dropped(), 0U);
}

} // namespace sida::profile
