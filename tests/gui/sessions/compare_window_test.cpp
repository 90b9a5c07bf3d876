// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/sessions/functions.h"
#include "ui/compare/aligned_plot.h"
#include "ui/compare/compare_window.h"
#include "ui/compare/difference_map.h"
#include "ui/compare/sample_model.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <cmath>
#include <gtest/gtest.h>

namespace sida::ui
{
namespace
{

class CompareWindowTest : public testing::Test
{
protected:
    CompareWindowTest()
        : m_window(gui_test::testFunctions(), nullptr)
    {
    }
    void compare(const QStringList& paths)
    {
        m_window.show(paths);
        ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }, 20000));
    }
    void compareTwo() { compare({QStringLiteral("24.sida"), QStringLiteral("96.sida")}); }
    static QString cell(const QTableView* table, int row, int column)
    {
        return table->model()->index(row, column).data().toString();
    }
    int rowOf(const char* figure) const
    {
        const QTableView* table = m_window.figureTable();
        for (int row = 0; row < table->model()->rowCount(); ++row)
            if (cell(table, row, 0) == QLatin1String(figure))
                return row;
        return -1;
    }

    CompareWindow m_window;
};

TEST_F(CompareWindowTest, ShowsSettingsThatDifferFirst)
{
    compareTwo();
    EXPECT_EQ(cell(m_window.settingTable(), 0, 0), QStringLiteral("budget"));
    EXPECT_EQ(cell(m_window.settingTable(), 0, 1), QStringLiteral("24 slots"));
    EXPECT_EQ(cell(m_window.settingTable(), 0, 2), QStringLiteral("96 slots"));
    const int rows = m_window.settingTable()->model()->rowCount();
    QTest::mouseClick(m_window.equalSettings(), Qt::LeftButton, {}, {8, 8});
    EXPECT_GE(m_window.settingTable()->model()->rowCount(), rows);
}

TEST_F(CompareWindowTest, TellsBetterAndWorseBySignAndWords)
{
    compareTwo();
    const int row = rowOf("samples per second");
    ASSERT_GE(row, 0);
    EXPECT_TRUE(cell(m_window.figureTable(), row, 3).startsWith(u'+'));
    EXPECT_TRUE(cell(m_window.figureTable(), row, 4).contains(QStringLiteral("better")));
    EXPECT_TRUE(cell(m_window.figureTable(), row, 4).contains(QStringLiteral(" %")));
    m_window.runTable()->selectRow(1);
    QTest::mouseClick(m_window.baselineButton(), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }));
    EXPECT_EQ(m_window.paths().front(), QStringLiteral("96.sida"));
    EXPECT_TRUE(
        cell(m_window.figureTable(), rowOf("samples per second"), 4).contains(QStringLiteral("worse")));
    EXPECT_TRUE(cell(m_window.figureTable(), rowOf("samples per second"), 3).startsWith(QChar(0x2212)));
}

TEST_F(CompareWindowTest, TakesMoreThanTwoRunsAndGivesThemBack)
{
    compareTwo();
    m_window.add({QStringLiteral("48.sida"), QStringLiteral("24.sida")});
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }));
    ASSERT_EQ(m_window.runs()->runs.size(), 3U);
    EXPECT_EQ(m_window.otherRun()->count(), 2);
    EXPECT_EQ(m_window.figureTable()->model()->columnCount(), 8);
    m_window.runTable()->selectRow(2);
    QTest::mouseClick(m_window.removeButton(), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }));
    EXPECT_EQ(m_window.runs()->runs.size(), 2U);
}

TEST_F(CompareWindowTest, OneSessionAsksForAnother)
{
    m_window.show({QStringLiteral("24.sida")});
    EXPECT_TRUE(m_window.state()->text().contains(QStringLiteral("Add another session")));
    EXPECT_FALSE(m_window.reportButton()->isEnabled());
    m_window.add({QStringLiteral("48.sida")});
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }));
    EXPECT_TRUE(m_window.reportButton()->isEnabled());
}

TEST_F(CompareWindowTest, AFileThatIsNoSessionIsAnsweredInWords)
{
    compare({QStringLiteral("24.sida"), QStringLiteral("notes.txt")});
    EXPECT_TRUE(m_window.state()->text().contains(QStringLiteral("is no session")));
    EXPECT_EQ(m_window.figureTable()->model()->rowCount(), 0);
}

TEST_F(CompareWindowTest, TheDifferenceOfExpertsIsBlueForMoreAndOrangeForLess)
{
    DifferenceMap map;
    map.resize(720, 280);
    map.setDifference({{"encoder.block.1.layer.1.mlp", {0.2, -0.2, 0}}}, QStringLiteral("B less A"));
    map.show();
    EXPECT_DOUBLE_EQ(map.largest(), 0.2);
    const QImage image = map.grab().toImage();
    const QColor more = image.pixelColor(map.cell(0, 0).center());
    const QColor less = image.pixelColor(map.cell(0, 1).center());
    const QColor equal = image.pixelColor(map.cell(0, 2).center());
    EXPECT_GT(more.blue(), more.red());
    EXPECT_GT(less.red(), less.blue());
    EXPECT_NEAR(equal.red(), equal.blue(), 3);
    QTest::mouseMove(&map, map.cell(0, 1).center());
    QTest::qWait(1);
    EXPECT_TRUE(map.readout().contains(QStringLiteral("expert 1")));
    EXPECT_TRUE(map.readout().contains(QStringLiteral("-20")));
    QTest::keyClick(&map, Qt::Key_Left);
    EXPECT_TRUE(map.readout().contains(QStringLiteral("+20")));
}

TEST_F(CompareWindowTest, ThroughputIsAlignedByTimeOrByBatch)
{
    compareTwo();
    AlignedPlot* plot = m_window.plot();
    const double seconds = plot->end();
    EXPECT_LT(seconds, 40);
    m_window.axis()->setCurrentIndex(1);
    EXPECT_DOUBLE_EQ(plot->end(), 40);
    const std::vector<double> values = plot->valuesAt(20);
    ASSERT_EQ(values.size(), 2U);
    EXPECT_TRUE(std::isfinite(values[0]) && std::isfinite(values[1]));
}

TEST_F(CompareWindowTest, ARunsThroughputIsItsSamplesByItsTime)
{
    auto runs = std::make_shared<ComparedRuns>();
    for (int i = 0; i < 2; ++i) {
        auto recording = std::make_shared<api::Recording>();
        const Nanoseconds each = (i + 1) * 500'000'000;
        for (std::uint32_t batch = 0; batch < 10; ++batch)
            recording->rows.batches.push_back({batch, batch * each, (batch + 1) * each, 4, 10, -1});
        runs->runs.push_back({QStringLiteral("run"), QStringLiteral("run"), recording});
    }
    AlignedPlot plot;
    plot.setRuns(runs);
    EXPECT_DOUBLE_EQ(plot.end(), 10);
    EXPECT_NEAR(plot.valuesAt(2)[0], 8, 1e-9);
    EXPECT_NEAR(plot.valuesAt(2)[1], 4, 1e-9);
    EXPECT_TRUE(std::isnan(plot.valuesAt(9)[0])) << "the first run has ended by then";
    plot.setAxis(AlignedPlot::Axis::batch);
    EXPECT_NEAR(plot.valuesAt(9.5)[0], 8, 1e-9);
}

TEST_F(CompareWindowTest, SamplesAreComparedOneByOne)
{
    auto runs = std::make_shared<ComparedRuns>();
    for (int i = 0; i < 2; ++i) {
        auto recording = std::make_shared<api::Recording>();
        recording->rows.batches = {{0, 0, (i + 1) * 1'000'000, 3, 9, -1}};
        for (std::uint64_t sample = 0; sample < 3; ++sample) {
            api::SampleRow row;
            row.index = sample;
            row.label = 1;
            row.prediction = sample == 1 ? i : 1;
            recording->rows.samples.push_back(row);
        }
        runs->runs.push_back({QStringLiteral("run"), QStringLiteral("run"), recording});
    }
    SampleModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setRuns(runs);
    EXPECT_EQ(model.shared(), 3U);
    EXPECT_EQ(model.different(), 1U);
    model.setOnlyDifferent(true);
    ASSERT_EQ(model.rowCount(), 1);
    const auto text = [&](int column) { return model.index(0, column).data().toString(); };
    EXPECT_EQ(text(0), QStringLiteral("1"));
    EXPECT_EQ(text(2), QStringLiteral("different"));
    EXPECT_EQ(text(3), QStringLiteral("0"));
    EXPECT_EQ(text(5), QStringLiteral("1"));
    EXPECT_EQ(text(6), QStringLiteral("2.00 ms"));
}

TEST_F(CompareWindowTest, TheReportOfTheComparisonIsAskedFor)
{
    compareTwo();
    std::size_t asked = 0;
    QObject::connect(
        &m_window, &CompareWindow::reportWanted, &m_window,
        [&](const std::vector<ComparedRun>& runs) { asked = runs.size(); });
    QTest::mouseClick(m_window.reportButton(), Qt::LeftButton);
    EXPECT_EQ(asked, 2U);
}

} // namespace
} // namespace sida::ui
