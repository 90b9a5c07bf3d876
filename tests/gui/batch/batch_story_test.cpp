// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/batch/batch_text.h"
#include "ui/models/batch_focus.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace sida;

namespace
{

/// Two batches of one layer. The first is quick; in the second expert 1 was predicted and late, expert 2 came
/// from nowhere, expert 3 had been evicted, expert 4 was predicted in vain.
std::shared_ptr<const api::Recording> slowSecondBatch()
{
    auto recording = std::make_shared<api::Recording>();
    recording->header.moeLayers = {"encoder.block.1.layer.1.mlp"};
    recording->header.expertsPerLayer = {8};
    api::RecordingChunk& rows = recording->rows;
    rows.batches = {{0, 0, 1000, 1, 5, 0}, {1, 1000, 6000, 1, 9, 500}, {2, 6000, 7000, 1, 5, 600}};
    rows.layers = {{0, 0, 100, 900}, {1, 0, 1500, 5500}, {2, 0, 6100, 6900}};
    rows.uses = {
        {0, {0, 0}, 5, 5, api::Outcome::hit, 0, 200},
        {1, {0, 0}, 2, 2, api::Outcome::hit, 0, 1500},
        {1, {0, 1}, 3, 3, api::Outcome::late, 1, 2500},
        {1, {0, 2}, 2, 0, api::Outcome::unpredicted, 2, 4000},
        {1, {0, 3}, 2, 2, api::Outcome::evictedEarly, 3, 5000},
        {1, {0, 4}, 0, 1, api::Outcome::hit, -1, 0},
        {2, {0, 0}, 5, 5, api::Outcome::hit, 0, 6200},
    };
    rows.transfers = {
        {{0, 3}, api::TransferKind::prefetch, 3, 1, 10, 500, 510, 700},
        {{0, 1}, api::TransferKind::prefetch, 1, 1, 10, 600, 2000, 2500},
        {{0, 2}, api::TransferKind::onDemand, 2, 1, 10, 1500, 2500, 4000},
        {{0, 3}, api::TransferKind::onDemand, 3, 1, 10, 1600, 4000, 5000},
    };
    rows.evictions
        = {{{0, 3}, 3, 1200, api::EvictionReason::slotNeeded, false},
           {{0, 2}, 2, 5800, api::EvictionReason::slotNeeded, true}};
    rows.stalls
        = {{1, {0, 1}, 1500, 2500, api::StallCause::late},
           {1, {0, 2}, 2500, 4000, api::StallCause::unpredicted},
           {1, {0, 3}, 4000, 5000, api::StallCause::evictedEarly}};
    return recording;
}

struct Told {
    Told() { model.setRecording(slowSecondBatch()); }
    ui::RecordingModel model;
};

const ui::ExpertLife& lifeOf(const std::vector<ui::ExpertLife>& lives, int expert)
{
    const auto at = std::find_if(
        lives.begin(), lives.end(), [expert](const auto& life) { return life.key.expert == expert; });
    EXPECT_NE(at, lives.end()) << expert;
    return *at;
}

} // namespace

TEST(BatchStory, tellsHowABatchComparesAndWhatItWaitedFor)
{
    Told told;
    const auto story = ui::tellBatch(told.model, 1);
    ASSERT_TRUE(story);
    EXPECT_EQ(story->length(), 5000);
    EXPECT_EQ(story->median, 1000);
    EXPECT_EQ(story->compared, 3U);
    EXPECT_EQ(story->stalled, 3500);
    EXPECT_EQ(story->stalledBy[static_cast<std::size_t>(api::StallCause::unpredicted)], 1500);
    EXPECT_EQ(story->used, 4);
    EXPECT_EQ(story->predictedUnused, 1);
    EXPECT_EQ(story->outcomes[static_cast<std::size_t>(api::Outcome::hit)], 1);
    EXPECT_EQ(story->bytesBefore, 10U) << "one copy for it ended before it began";
    EXPECT_EQ(story->bytesDuring, 30U);
    EXPECT_EQ(story->busDuring, 3000);
    EXPECT_EQ(story->largestCause(), api::StallCause::unpredicted);
    EXPECT_FALSE(ui::tellBatch(told.model, 9)) << "there is no batch 9";
}

TEST(BatchStory, followsEachExpertFromPredictionToEviction)
{
    Told told;
    const auto story = ui::tellBatch(told.model, 1);
    const auto lives = ui::tellExperts(told.model, *story, 0, {0, 7000});
    ASSERT_EQ(lives.size(), 5U);
    EXPECT_EQ(lives.front().key.expert, 0) << "what was there comes first";
    EXPECT_EQ(lives.back().key.expert, 4) << "what nobody needed comes last";

    const ui::ExpertLife& there = lifeOf(lives, 0);
    EXPECT_FALSE(there.arrival());
    EXPECT_EQ(there.resident, (std::vector<ui::TimeRange>{{0, 7000}}));

    const ui::ExpertLife& late = lifeOf(lives, 1);
    EXPECT_EQ(late.predictedAt, 500);
    ASSERT_TRUE(late.arrival());
    EXPECT_EQ(late.arrival()->begin, 2000);
    EXPECT_EQ(late.waited, 1000);
    EXPECT_EQ(late.cause, api::StallCause::late);
    EXPECT_EQ(late.resident, (std::vector<ui::TimeRange>{{2500, 7000}}));

    const ui::ExpertLife& unforeseen = lifeOf(lives, 2);
    EXPECT_EQ(unforeseen.predictedAt, -1);
    EXPECT_EQ(unforeseen.resident, (std::vector<ui::TimeRange>{{4000, 5800}}));

    const ui::ExpertLife& evicted = lifeOf(lives, 3);
    EXPECT_EQ(evicted.copies.size(), 2U);
    EXPECT_EQ(evicted.resident, (std::vector<ui::TimeRange>{{700, 1200}, {5000, 7000}}));
    EXPECT_EQ(evicted.arrival()->kind, api::TransferKind::onDemand);

    EXPECT_EQ(lifeOf(lives, 4).usedAt, -1);
}

TEST(BatchStory, saysInSentencesWhyItWasSlow)
{
    Told told;
    const auto story = ui::tellBatch(told.model, 1);
    EXPECT_EQ(
        ui::batchText::headline(*story), QStringLiteral("5.00 \u00b5s, 5.0 times the median of this budget"));
    const QString reason = ui::batchText::reason(*story);
    EXPECT_TRUE(reason.contains(QStringLiteral("9 tokens needed 4 experts"))) << reason.toStdString();
    EXPECT_TRUE(
        reason.contains(QStringLiteral("There in time: 1; not: 3 (1 late, 1 unpredicted, 1 evicted early).")))
        << reason.toStdString();
    EXPECT_TRUE(reason.contains(
        QStringLiteral("It waited for experts 70.0 % of its time, 42.9 % of that unpredicted")))
        << reason.toStdString();
    EXPECT_TRUE(ui::batchText::advice(*story).contains(QStringLiteral("predictor")));
    const auto quick = ui::tellBatch(told.model, 0);
    EXPECT_TRUE(ui::batchText::headline(*quick).contains(QStringLiteral("about the median")));
    EXPECT_TRUE(ui::batchText::reason(*quick).contains(QStringLiteral("It never waited for experts")));
    EXPECT_TRUE(ui::batchText::advice(*quick).isEmpty());
}

TEST(BatchStory, comparesOnlyWithBatchesUnderTheSameBudget)
{
    auto recording = std::make_shared<api::Recording>(*slowSecondBatch());
    recording->rows.budgets = {{900, 100, 50, true, {}}, {5900, 50, 20, false, "too small"}};
    ui::RecordingModel model;
    model.setRecording(recording);
    const auto story = ui::tellBatch(model, 1);
    EXPECT_EQ(story->compared, 2U) << "the first batch had more memory, a refused change changes nothing";
}

TEST(BatchStory, sumsOfARealisticRunAgreeWithItsRows)
{
    test::Stage stage;
    for (const std::uint32_t batch : {0U, 17U, 39U}) {
        const auto story = ui::tellBatch(stage.model, batch);
        ASSERT_TRUE(story);
        Nanoseconds stalled = 0;
        for (const api::StallRow& row : stage.recording->rows.stalls)
            stalled += row.batch == batch ? row.end - row.begin : 0;
        EXPECT_EQ(story->stalled, stalled);
        EXPECT_EQ(std::accumulate(story->outcomes.begin(), story->outcomes.end(), 0), story->used);
        Nanoseconds byLayer = 0;
        for (const ui::LayerStory& layer : story->layers)
            byLayer += layer.stalled;
        EXPECT_EQ(byLayer, stalled);
        EXPECT_EQ(story->layers.size(), 3U);
    }
}

TEST(BatchFocus, looksAtTheSlowestLayerFirstAndForgetsWithTheRecording)
{
    test::Stage stage;
    ui::BatchFocus focus(&stage.model, &stage.axis);
    EXPECT_FALSE(focus.story());
    stage.axis.selectBatch(17);
    ASSERT_TRUE(focus.story());
    EXPECT_EQ(focus.story()->batch.batch, 17U);
    EXPECT_EQ(focus.layer(), focus.story()->slowestLayer());
    EXPECT_FALSE(focus.lives().empty());
    const std::uint16_t expert = focus.lives().back().key.expert;
    focus.selectExpert(expert);
    ASSERT_TRUE(focus.life());
    focus.selectLayer(static_cast<std::uint16_t>((focus.layer() + 1) % 3));
    EXPECT_FALSE(focus.life()) << "an expert belongs to a layer";
    stage.model.clear();
    EXPECT_FALSE(focus.story());
    EXPECT_TRUE(focus.lives().empty());
}
