// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/sessions/functions.h"
#include "ui/report/report_view.h"
#include "ui/report/report_window.h"

#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>
#include <gtest/gtest.h>

namespace sida::ui
{
namespace
{

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

class ReportWindowTest : public testing::Test
{
protected:
    ReportWindowTest()
        : m_window(gui_test::testFunctions(), nullptr)
    {
    }
    void report(std::vector<ReportWindow::Run> runs)
    {
        m_window.show(std::move(runs));
        ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isBusy(); }, 20000));
    }
    void reportOne() { report({{QStringLiteral("run.sida"), gui_test::someRun(48)}}); }

    QTemporaryDir m_folder;
    ReportWindow m_window;
};

TEST_F(ReportWindowTest, ShowsTheSheetsOfTheReport)
{
    reportOne();
    ASSERT_TRUE(m_window.view()->document());
    EXPECT_GE(m_window.view()->document()->pages(), 2);
    EXPECT_TRUE(m_window.state()->text().contains(QStringLiteral("sheets of A4")));
    const QImage image = m_window.view()->viewport()->grab().toImage();
    EXPECT_EQ(image.pixelColor(image.width() / 2, 40), QColor(Qt::white));
}

TEST_F(ReportWindowTest, SavesWhatIsShownAsHtmlAndAsPdf)
{
    reportOne();
    const QString html = m_folder.filePath(QStringLiteral("a.html"));
    const QString pdf = m_folder.filePath(QStringLiteral("a.pdf"));
    EXPECT_TRUE(m_window.save(html));
    EXPECT_TRUE(m_window.state()->text().contains(html));
    EXPECT_TRUE(contentOf(html).startsWith("<!DOCTYPE html>"));
    EXPECT_TRUE(m_window.save(pdf));
    EXPECT_TRUE(contentOf(pdf).startsWith("%PDF-"));
}

TEST_F(ReportWindowTest, APlaceThatCannotBeWrittenIsSaid)
{
    reportOne();
    EXPECT_FALSE(m_window.save(QStringLiteral("/nowhere/a.html")));
    EXPECT_TRUE(m_window.state()->text().contains(QStringLiteral("/nowhere/a.html")));
}

TEST_F(ReportWindowTest, SeveralRunsAreReportedAsTheirComparison)
{
    report(
        {{QStringLiteral("a.sida"), gui_test::someRun(24)},
         {QStringLiteral("b.sida"), gui_test::someRun(96)}});
    EXPECT_TRUE(m_window.view()->document()->text().contains(QStringLiteral("a.sida and b.sida compared")));
}

TEST_F(ReportWindowTest, CtrlWheelZoomsAndTheButtonFitsTheWidth)
{
    reportOne();
    ReportView* view = m_window.view();
    const double fitted = view->zoom();
    QWheelEvent wheel(
        {50, 50}, view->mapToGlobal(QPointF(50, 50)), {}, {0, 120}, Qt::NoButton, Qt::ControlModifier,
        Qt::NoScrollPhase, false);
    QApplication::sendEvent(view->viewport(), &wheel);
    EXPECT_GT(view->zoom(), fitted * 1.1);
    view->fitWidth();
    EXPECT_DOUBLE_EQ(view->zoom(), fitted);
}

TEST_F(ReportWindowTest, NothingCanBeSavedBeforeItIsThere)
{
    m_window.show({{QStringLiteral("run.sida"), gui_test::someRun(48)}});
    EXPECT_FALSE(m_window.saveHtmlButton()->isEnabled());
    ASSERT_TRUE(QTest::qWaitFor([&] { return m_window.saveHtmlButton()->isEnabled(); }));
    EXPECT_TRUE(m_window.savePdfButton()->isEnabled());
}

} // namespace
} // namespace sida::ui
