// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/sessions/functions.h"
#include "ui/replay/replay_model.h"
#include "ui/replay/replay_plot.h"
#include "ui/replay/replay_window.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <gtest/gtest.h>

namespace sida::ui
{
namespace
{

class ReplayWindowTest : public testing::Test
{
protected:
    ReplayWindowTest()
        : m_window(gui_test::testFunctions(), nullptr)
    {
    }
    void replay()
    {
        m_window.show(gui_test::someRun(48), QStringLiteral("run.sida"));
        ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }, 20000));
    }
    QString cell(int row, int column) const
    {
        return m_window.table()->model()->index(row, column).data().toString();
    }

    ReplayWindow m_window;
};

TEST_F(ReplayWindowTest, StaysUsableWhileItIsComputedAndSaysSo)
{
    m_window.show(gui_test::someRun(48), QStringLiteral("run.sida"));
    EXPECT_TRUE(m_window.isBusy());
    EXPECT_TRUE(m_window.progress()->isVisible());
    EXPECT_TRUE(m_window.stopButton()->isVisible());
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }, 20000));
    EXPECT_FALSE(m_window.progress()->isVisible());
    EXPECT_TRUE(m_window.note()->text().contains(QStringLiteral("only the diamond was measured")));
}

TEST_F(ReplayWindowTest, StopEndsItWithoutCurves)
{
    m_window.show(gui_test::someRun(48, 7, 4000), QStringLiteral("run.sida"));
    QTest::mouseClick(m_window.stopButton(), Qt::LeftButton);
    EXPECT_FALSE(m_window.isBusy());
    QTest::qWait(50);
    EXPECT_EQ(m_window.model()->rowCount(), 0);
    EXPECT_TRUE(m_window.verdict()->text().contains(QStringLiteral("Stopped")));
}

TEST_F(ReplayWindowTest, ListsTheRecordedRunFirstAndEveryPolicyAfterIt)
{
    replay();
    EXPECT_EQ(cell(0, ReplayModel::remark), QStringLiteral("measured"));
    QStringList policies;
    for (int row = 1; row < m_window.table()->model()->rowCount(); ++row)
        if (!policies.contains(cell(row, ReplayModel::policy)))
            policies << cell(row, ReplayModel::policy);
    for (const char* one : {"resident", "on-demand lru", "on-demand belady", "sida lookahead"})
        EXPECT_TRUE(policies.contains(QLatin1String(one))) << one;
}

TEST_F(ReplayWindowTest, BeladyIsTheBoundOfEveryPolicyThatCopiesOnDemand)
{
    replay();
    double belady = -1;
    double lru = -1;
    for (int row = 1; row < m_window.model()->rowCount(); ++row) {
        const QModelIndex hits = m_window.model()->index(row, ReplayModel::hits);
        const QString policy = m_window.model()->index(row, ReplayModel::policy).data().toString();
        if (policy == QStringLiteral("on-demand belady"))
            belady = std::max(belady, hits.data(ReplayModel::kSortRole).toDouble());
        if (policy == QStringLiteral("on-demand lru"))
            lru = std::max(lru, hits.data(ReplayModel::kSortRole).toDouble());
    }
    EXPECT_GE(belady, lru);
}

TEST_F(ReplayWindowTest, APointThatIsClickedIsTheRowThatIsSelected)
{
    replay();
    const ReplayPlace place{1, 3};
    QTest::mouseClick(m_window.plot(), Qt::LeftButton, {}, m_window.plot()->position(place).toPoint());
    ASSERT_TRUE(m_window.plot()->selected());
    const QModelIndexList rows = m_window.table()->selectionModel()->selectedRows();
    ASSERT_EQ(rows.size(), 1);
    const ReplayPlace found = *m_window.plot()->selected();
    EXPECT_EQ(rows.first().row(), m_window.model()->rowOf(found));
}

TEST_F(ReplayWindowTest, ARowThatIsSelectedIsThePointThatIsMarked)
{
    replay();
    m_window.table()->selectRow(5);
    EXPECT_EQ(m_window.plot()->selected(), m_window.model()->placeOf(5));
    EXPECT_FALSE(m_window.plot()->accessibleDescription().isEmpty());
}

TEST_F(ReplayWindowTest, ANameInTheLegendHidesItsCurve)
{
    replay();
    QTest::mouseClick(m_window.plot(), Qt::LeftButton, {}, m_window.plot()->legendRow(2).center());
    EXPECT_FALSE(m_window.plot()->isShown(2));
    QTest::mouseClick(m_window.plot(), Qt::LeftButton, {}, m_window.plot()->legendRow(2).center());
    EXPECT_TRUE(m_window.plot()->isShown(2));
}

TEST_F(ReplayWindowTest, TheRecordedRunIsAPointOfTheDiagram)
{
    replay();
    const QImage image = m_window.plot()->grab().toImage();
    const QPointF at = m_window.plot()->recordedPosition() * image.devicePixelRatio();
    EXPECT_TRUE(image.rect().contains(at.toPoint()));
    const QColor diamond = image.pixelColor(at.toPoint());
    EXPECT_GT(diamond.red(), diamond.blue() + 60); // the budget's orange
}

TEST_F(ReplayWindowTest, KeysGoFromPointToPointAndFromCurveToCurve)
{
    replay();
    m_window.plot()->setFocus();
    m_window.plot()->select(ReplayPlace{1, 0});
    QTest::keyClick(m_window.plot(), Qt::Key_Right);
    EXPECT_EQ(m_window.plot()->selected(), (ReplayPlace{1, 1}));
    QTest::keyClick(m_window.plot(), Qt::Key_Down);
    EXPECT_EQ(m_window.plot()->selected()->curve, 2);
}

TEST_F(ReplayWindowTest, EveryMeasureIsDrawn)
{
    replay();
    QImage before;
    for (int i = 0; i < m_window.measure()->count(); ++i) {
        m_window.measure()->setCurrentIndex(i);
        const QImage image = m_window.plot()->grab().toImage();
        EXPECT_NE(image, before) << i;
        before = image;
    }
}

TEST_F(ReplayWindowTest, TheTableIsACsvWithNumbers)
{
    replay();
    const QStringList lines = m_window.model()->csv().split(u'\n', Qt::SkipEmptyParts);
    EXPECT_EQ(lines.size(), m_window.model()->rowCount() + 1);
    EXPECT_TRUE(lines[1].endsWith(QStringLiteral("measured")));
    EXPECT_EQ(lines[0].split(u',').size(), lines[1].split(u',').size());
}

TEST_F(ReplayWindowTest, ARecordingThatCannotBeReplayedIsAnsweredInWords)
{
    m_window.show(std::make_shared<api::Recording>(), QStringLiteral("empty.sida"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }));
    EXPECT_FALSE(m_window.verdict()->text().isEmpty());
    EXPECT_EQ(m_window.model()->rowCount(), 0);
    EXPECT_FALSE(m_window.exportButton()->isEnabled());
}

TEST(ReplayModelTest, IsAProperModel)
{
    ReplayModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    auto result = gui_test::testFunctions().replay(*gui_test::someRun(48), {}, {}, {});
    ASSERT_TRUE(result);
    model.setResult(std::make_shared<const api::ReplayResult>(std::move(*result)));
    EXPECT_GT(model.rowCount(), 10);
}

} // namespace
} // namespace sida::ui
