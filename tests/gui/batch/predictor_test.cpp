// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/predictor/calibration_view.h"
#include "ui/predictor/guess_model.h"
#include "ui/predictor/hash_view.h"
#include "ui/predictor/predictor_view.h"
#include "ui/theme/theme_manager.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <cmath>
#include <gtest/gtest.h>

using namespace sida;

TEST(HashView, colourAndReadoutAreTheLayersOwnFigures)
{
    ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
    test::Stage stage;
    ui::HashView view(&stage.model, &stage.axis);
    view.resize(1296, 160);
    const api::BatchRow& batch = stage.recording->rows.batches[17];
    stage.axis.setVisible({batch.begin, batch.end});
    view.setMeasure(ui::HashMeasure::recall);
    const QImage picture = test::pictureOf(view);
    for (const api::HashRow& row : stage.recording->rows.hash) {
        if (row.batch != 17)
            continue;
        const double recall = static_cast<double>(row.correctExperts) / row.activeExperts;
        EXPECT_EQ(picture.pixelColor(view.strip(row.layer).center()), ui::Theme::dark().magnitude(recall))
            << row.layer;
    }
    stage.axis.setHover(batch.begin + 1);
    EXPECT_TRUE(view.readout().first().contains(QStringLiteral("17")));
    EXPECT_EQ(view.readout().size(), 4);
}

TEST(HashView, sumsOfTheWholeRunAreExactWhenEveryBatchIsLookedAt)
{
    test::Stage stage;
    const auto sums = ui::hashSums(stage.model, stage.model.extent(), 1000);
    std::vector<ui::HashSums> expected(3);
    for (const api::HashRow& row : stage.recording->rows.hash)
        expected[row.layer].add(row);
    for (std::size_t layer = 0; layer < 3; ++layer) {
        EXPECT_EQ(sums[layer].tokens, expected[layer].tokens);
        EXPECT_EQ(sums[layer].correct, expected[layer].correct);
    }
}

TEST(Calibration, addsUpTheRowsAndTellsHowFarAlphaIsFromWhatCameTrue)
{
    const std::vector<api::CalibrationRow> rows{
        {0, 0, 9, 10, 9, 9.5}, {16, 0, 9, 30, 21, 28.5}, {0, 1, 2, 40, 10, 10.0}};
    const ui::Calibration first = ui::calibrationOf(rows, 0);
    EXPECT_EQ(first.bins[9].tokens, 40);
    EXPECT_DOUBLE_EQ(first.bins[9].cameTrue(), 0.75);
    EXPECT_DOUBLE_EQ(first.bins[9].alpha(), 0.95);
    EXPECT_TRUE(std::isnan(first.bins[2].alpha()));
    const ui::Calibration all = ui::calibrationOf(rows, std::nullopt);
    EXPECT_DOUBLE_EQ(all.error(), (8.0 + 0.0) / 80);
    EXPECT_DOUBLE_EQ(all.cameTrue(), 40.0 / 80);
    EXPECT_TRUE(std::isnan(ui::calibrationOf({}, std::nullopt).error()));
}

TEST(CalibrationView, aPointStandsWhereItsBinWasAndTheKeysAndTheMouseReadIt)
{
    ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
    test::Stage stage;
    ui::CalibrationView view(&stage.model);
    view.resize(976, 240);
    view.show();
    const QImage picture = test::pictureOf(view);
    const QColor dot = ui::Theme::dark().color(ui::Role::hitRateLine);
    for (const int bin : {2, 5, 7, 8, 9})
        EXPECT_EQ(picture.pixelColor(view.point(bin).toPoint()), dot) << bin;
    EXPECT_TRUE(view.readout().last().startsWith(QStringLiteral("too sure by")));
    QTest::keyClick(&view, Qt::Key_Left);
    EXPECT_EQ(view.bin(), 9);
    EXPECT_TRUE(view.readout().last().startsWith(QStringLiteral("alpha 0.9 to 1")));
    QTest::keyClick(&view, Qt::Key_Left);
    EXPECT_EQ(view.bin(), 8);
    const QRect plot = view.plot();
    test::pointAt(view, {plot.left() + plot.width() / 20, plot.center().y()});
    EXPECT_EQ(view.bin(), 0);
    EXPECT_TRUE(view.readout().last().endsWith(QStringLiteral("no tokens")));
}

TEST(CalibrationView, showsTheLayerThatWasChosenAndSaysWhyThereIsNothing)
{
    test::Stage stage;
    ui::PredictorView view(&stage.model, &stage.axis);
    view.resize(976, 280);
    view.show();
    view.showPage(ui::PredictorView::Page::calibration);
    ASSERT_EQ(view.calibrationLayer()->count(), 4);
    const std::uint64_t all = view.calibration()->calibration().tokens();
    view.calibrationLayer()->setCurrentIndex(2);
    EXPECT_EQ(
        view.calibration()->calibration().tokens(),
        ui::calibrationOf(stage.recording->rows.calibration, 1).tokens());
    EXPECT_LT(view.calibration()->calibration().tokens(), all);
    stage.model.clear();
    EXPECT_EQ(view.calibrationLayer()->count(), 1);
    EXPECT_TRUE(view.calibration()->readout().first().startsWith(QStringLiteral("Start a run")));
    test::RecordingScript without;
    without.predictor = false;
    stage.model.setRecording(test::scriptedRecording(without));
    EXPECT_TRUE(view.calibration()->readout().first().contains(QStringLiteral("no predictor")));
}

TEST(PredictorView, saysWhyItCannotEvaluateAndShowsTheGuessesWhenItDid)
{
    test::Stage stage;
    ui::PredictorView view(&stage.model, &stage.axis);
    view.resize(976, 240);
    view.show();
    view.showPage(ui::PredictorView::Page::baselines);
    view.setBlocker(QStringLiteral("Open a model"));
    EXPECT_FALSE(view.evaluateButton()->isEnabled());
    EXPECT_TRUE(view.message().startsWith(QStringLiteral("Open a model")));
    view.setBlocker({});
    QSignalSpy wanted(&view, &ui::PredictorView::evaluationWanted);
    QTest::mouseClick(view.evaluateButton(), Qt::LeftButton);
    EXPECT_EQ(wanted.size(), 1);
    view.evaluationBegan();
    EXPECT_FALSE(view.evaluateButton()->isEnabled());
    view.evaluationFailed(QStringLiteral("it went wrong"));
    EXPECT_EQ(view.message(), QStringLiteral("it went wrong"));
    auto result = std::make_shared<api::EvaluateResult>();
    result->rows.resize(2);
    result->rows[0].name = "nothing";
    result->rows[0].uses = 10;
    result->rows[0].misses = 4;
    result->rows[1].name = "lstm";
    result->rows[1].guessed = true;
    result->rows[1].top1 = 0.75;
    view.setEvaluation(result);
    EXPECT_TRUE(view.message().isEmpty());
    const ui::GuessModel& guesses = *view.guesses();
    EXPECT_EQ(guesses.index(0, ui::GuessModel::top1).data().toString(), QStringLiteral("-"));
    EXPECT_EQ(guesses.index(0, ui::GuessModel::misses).data().toString(), QStringLiteral("40.0 %"));
    EXPECT_EQ(guesses.index(1, ui::GuessModel::top1).data().toString(), QStringLiteral("0.750"));
}

TEST(PredictorView, showsTheTrainingWhileItGoesOn)
{
    test::Stage stage;
    ui::PredictorView view(&stage.model, &stage.axis);
    view.resize(976, 240);
    view.show();
    view.trainingBegan(4);
    EXPECT_EQ(view.page(), ui::PredictorView::Page::training);
    const QImage before = view.grab().toImage();
    view.addEpoch({1, 2.0, 0.5, 0.7, 1.0});
    view.addEpoch({2, 1.0, 0.6, 0.8, 1.0});
    EXPECT_NE(before, view.grab().toImage());
}
