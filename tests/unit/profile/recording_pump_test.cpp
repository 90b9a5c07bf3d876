// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/recording_pump.h"

#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

namespace sida::profile
{

namespace
{

using testing::HasSubstr;

class KeepingSink final : public RecordingSink
{
public:
    Status write(const api::RecordingChunk& chunk) override
    {
        ++calls;
        if (full)
            return failure(ErrorKind::io, "run.sida: the disk is full");
        rows.append(chunk);
        return {};
    }
    api::RecordingChunk rows;
    int calls = 0;
    bool full = false;
};

/// Keeps what it is told; everything is told from one thread and looked at after finish().
struct Listener {
    api::RunObserver observer()
    {
        return {
            [this](const api::RunHeader& header) { order.push_back("started " + header.modelName); },
            [this](std::shared_ptr<const api::RecordingChunk> chunk) {
                order.emplace_back("rows");
                rows.append(*chunk);
                heard.fetch_add(chunk->batches.size());
                heard.notify_all();
            },
            [this](const Progress& progress) { progresses.push_back(progress); }};
    }
    std::vector<std::string> order;
    api::RecordingChunk rows;
    std::vector<Progress> progresses;
    std::atomic<std::size_t> heard = 0;
};

api::RunHeader plannedRun()
{
    api::RunHeader header;
    header.modelName = "tiny";
    header.totalBatches = 4;
    header.totalSamples = 8;
    return header;
}

void recordBatches(Recorder::Producer& producer, std::uint32_t first, std::uint32_t last)
{
    for (std::uint32_t batch = first; batch < last; ++batch)
        producer.record(api::BatchRow{batch, batch * 10, batch * 10 + 5, 2, 7, -1});
}

} // namespace

TEST(RecordingPump, FinishDeliversEverythingThatWasRecordedBefore)
{
    Recorder recorder;
    Recorder::Producer& producer = recorder.addProducer("test");
    KeepingSink sink;
    Listener listener;
    RecordingPump pump(recorder, plannedRun(), &sink, listener.observer(), {});
    recordBatches(producer, 0, 3);
    const auto recording = pump.finish(api::RecordingState::stopped, "why");

    EXPECT_EQ(recording->rows.batches.size(), 3U);
    EXPECT_EQ(sink.rows.batches, recording->rows.batches);
    EXPECT_EQ(listener.rows.batches, recording->rows.batches);
    EXPECT_EQ(recording->state, api::RecordingState::stopped);
    EXPECT_EQ(recording->failure, "why");
    EXPECT_EQ(recording->header.modelName, "tiny");
    EXPECT_EQ(pump.figures().samples, 6U);
    EXPECT_EQ(pump.finish(api::RecordingState::complete, ""), recording);
}

TEST(RecordingPump, FinishEmptiesTheRingsHoweverMuchWaits)
{
    Recorder recorder;
    Recorder::Producer& producer = recorder.addProducer("test");
    KeepingSink sink;
    RecordingPump pump(recorder, plannedRun(), &sink, {}, {}, true, 0); // none may wait
    recordBatches(producer, 0, 3);
    EXPECT_EQ(pump.finish(api::RecordingState::complete, {})->rows.batches.size(), 3U);
    EXPECT_EQ(sink.rows.batches.size(), 3U);
}

TEST(RecordingPump, TellsThatItStartedBeforeAnyRows)
{
    Recorder recorder;
    recordBatches(recorder.addProducer("test"), 0, 2);
    Listener listener;
    RecordingPump pump(recorder, plannedRun(), nullptr, listener.observer(), {});
    pump.finish(api::RecordingState::complete, "");
    ASSERT_GE(listener.order.size(), 2U);
    EXPECT_EQ(listener.order[0], "started tiny");
    EXPECT_EQ(listener.order[1], "rows");
}

TEST(RecordingPump, RowsArriveWhileTheRunGoesOn)
{
    Recorder recorder;
    Recorder::Producer& producer = recorder.addProducer("test");
    Listener listener;
    RecordingPump pump(recorder, plannedRun(), nullptr, listener.observer(), {});
    recordBatches(producer, 0, 2);
    listener.heard.wait(0);
    recordBatches(producer, 2, 4);
    pump.finish(api::RecordingState::complete, "");
    EXPECT_EQ(listener.heard.load(), 4U);
    EXPECT_GE(std::count(listener.order.begin(), listener.order.end(), "rows"), 2);
}

TEST(RecordingPump, ProgressCountsBatchesAndNamesSamples)
{
    Recorder recorder;
    recordBatches(recorder.addProducer("test"), 0, 4);
    Listener listener;
    RecordingPump pump(recorder, plannedRun(), nullptr, listener.observer(), {});
    pump.finish(api::RecordingState::complete, "");
    ASSERT_FALSE(listener.progresses.empty());
    EXPECT_EQ(listener.progresses.back().done, 4U);
    EXPECT_EQ(listener.progresses.back().total, 4U);
    EXPECT_THAT(listener.progresses.back().stage, HasSubstr("8 of 8 samples"));
}

TEST(RecordingPump, ASinkThatFailsIsToldOnceAndTheRestGoesOn)
{
    Recorder recorder;
    Recorder::Producer& producer = recorder.addProducer("test");
    KeepingSink sink;
    sink.full = true;
    Listener listener;
    std::promise<std::string> failed;
    int failures = 0;
    RecordingPump pump(recorder, plannedRun(), &sink, listener.observer(), [&](const Error& error) {
        if (++failures == 1)
            failed.set_value(error.message);
    });
    recordBatches(producer, 0, 2);
    EXPECT_EQ(failed.get_future().get(), "run.sida: the disk is full");
    recordBatches(producer, 2, 4);
    const auto recording = pump.finish(api::RecordingState::failed, "the disk is full");
    EXPECT_EQ(failures, 1);
    EXPECT_EQ(sink.calls, 1);
    EXPECT_EQ(recording->rows.batches.size(), 4U);
    EXPECT_EQ(listener.rows.batches.size(), 4U);
}

TEST(RecordingPump, TellsOfDroppedEventsEvenWithoutRows)
{
    Recorder recorder(true, 2);
    recordBatches(recorder.addProducer("test"), 0, 4);
    RecordingPump pump(recorder, plannedRun(), nullptr, {}, {});
    EXPECT_EQ(pump.finish(api::RecordingState::complete, "")->rows.droppedEvents, 2U);
    EXPECT_EQ(pump.figures().droppedEvents, 2U);
}

TEST(RecordingPump, AnAbandonedPumpStopsItsThread)
{
    Recorder recorder;
    Listener listener;
    {
        RecordingPump pump(recorder, plannedRun(), nullptr, listener.observer(), {});
    }
    recordBatches(recorder.addProducer("test"), 0, 1);
    EXPECT_EQ(recorder.drain().batches.size(), 1U);
}

} // namespace sida::profile
