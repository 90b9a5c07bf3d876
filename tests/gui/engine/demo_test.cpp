// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/create_engine.h"
#include "ui/batch/batch_panel.h"
#include "ui/budget/budget_curve.h"
#include "ui/budget/budget_panel.h"
#include "ui/run/run_panel.h"
#include "ui/sessions/demo_files.h"
#include "ui/shell/banner.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/main_window.h"
#include "ui/shell/studio.h"
#include "ui/shell/workbench.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

constexpr int kWaitMs = 60'000;

class DemoTest : public testing::Test
{
protected:
    DemoTest()
        : m_settings(m_folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat)
    {
        m_settings.setValue(QStringLiteral("hints"), false);
        ui::MainWindow::Setup setup;
        setup.engine = runtime::createEngine();
        setup.classifier = &api::classifyPath;
        setup.settings = &m_settings;
        setup.sessionsFolder = m_folder.filePath(QStringLiteral("sessions"));
        setup.predictorsFolder = m_folder.filePath(QStringLiteral("predictors"));
        setup.demo
            = {demo(QStringLiteral("model")), demo(QStringLiteral("dev.tsv")),
               demo(QStringLiteral("predictor.safetensors"))};
        m_window = std::make_unique<ui::MainWindow>(std::move(setup));
        m_window->show();
        m_window->activateWindow();
        (void)QTest::qWaitForWindowActive(m_window.get());
    }
    ~DemoTest() override
    {
        m_window->close();
        until([this] { return !m_window->isVisible(); });
    }
    static QString demo(const QString& name)
    {
        return QStringLiteral(SIDA_SOURCE_DIR "/resources/demo/") + name;
    }
    static bool until(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kWaitMs); }
    bool untilIdle()
    {
        return until(
            [this] { return studio().activity() == ui::Activity::idle && studio().host().isIdle(); });
    }
    ui::Studio& studio() { return m_window->studio(); }
    ui::Workbench& bench() { return m_window->workbench(); }
    std::size_t batches() { return studio().recording().rows().batches.size(); }
    void loadDemo()
    {
        studio().open(
            {demo(QStringLiteral("model")), demo(QStringLiteral("dev.tsv")),
             demo(QStringLiteral("predictor.safetensors"))});
        ASSERT_TRUE(until([this] {
            const ui::NextRun& run = studio().nextRun();
            return run.model() && run.dataset() && run.predictor() && run.plan();
        }));
        ASSERT_TRUE(untilIdle());
    }
    std::uint32_t slowest()
    {
        const auto& rows = studio().recording().rows().batches;
        return std::ranges::max_element(
                   rows, {}, [](const api::BatchRow& row) { return row.end - row.begin; })
            ->batch;
    }
    QString wordsOfTheBatch()
    {
        QStringList words;
        for (const QLabel* label : bench().batchPanel()->findChildren<QLabel*>())
            if (label->isVisible())
                words << label->text();
        return words.join(QLatin1Char('\n'));
    }

    QTemporaryDir m_folder;
    QSettings m_settings;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace

TEST(DemoFiles, OfSeveralPredictorsTheOneThatIsNamedSoIsTheDemos)
{
    const QString here = QCoreApplication::applicationDirPath(); // build/PRESET/tests
    const ui::DemoFiles found = ui::findDemo(here + QStringLiteral("/../bin"));
    EXPECT_TRUE(found.complete());
    EXPECT_TRUE(found.predictor.endsWith(QStringLiteral("resources/demo/predictor.safetensors")))
        << found.predictor.toStdString();
}

TEST_F(DemoTest, ModelDatasetAndPredictorRunUnderALiveBudgetAndTheSessionTellsItsSlowestBatch)
{
    loadDemo();
    const std::uint64_t resident = studio().nextRun().plan()->residentBytes;
    api::RunOptions options = studio().nextRun().options();
    EXPECT_EQ(options.policy, api::Policy::sida);
    options.repeat = 1000; // until it is stopped
    options.threads = 1;
    studio().nextRun().setOptions(options);
    ASSERT_TRUE(untilIdle());
    QTest::keyClick(m_window.get(), Qt::Key_F5);
    ASSERT_TRUE(until([this] { return batches() >= 20; }));

    const auto before = studio().recording().rows().memory.back().budget;
    const auto wanted = units::Budget::ofShare(0.6);
    studio().changeBudget(wanted);
    ASSERT_TRUE(until([&] {
        const auto& rows = studio().recording().rows().budgets;
        return !rows.empty() && rows.back().accepted && rows.back().to == wanted.resolve(resident);
    }));
    EXPECT_LT(before, wanted.resolve(resident));
    EXPECT_EQ(bench().budgetPanel()->shownBytes(), wanted.resolve(resident));

    QTest::keyClick(m_window.get(), Qt::Key_F5, Qt::ShiftModifier);
    ASSERT_TRUE(untilIdle());
    EXPECT_EQ(studio().recordingState(), api::RecordingState::stopped);
    const QString session = studio().sessionPath();
    const std::size_t recorded = batches();
    const std::uint32_t slow = slowest();
    ASSERT_TRUE(QFileInfo::exists(session));

    studio().recording().notes().add(studio().recording().batch(3)->begin, "seen while testing");
    ASSERT_TRUE(untilIdle());
    studio().recording().clear();
    studio().openSession(session);
    ASSERT_TRUE(until([this] { return studio().recording().hasRun(); }));
    EXPECT_EQ(batches(), recorded);
    ASSERT_EQ(studio().recording().notes().all().size(), 1u);
    EXPECT_EQ(studio().recording().notes().all().front().text, "seen while testing");
    QTest::keyClick(m_window.get(), Qt::Key_S);
    EXPECT_EQ(studio().axis().batch(), slow);
    ASSERT_TRUE(until([this] { return bench().budgetPanel()->curve().hasCurve(); }))
        << bench().budgetPanel()->curveText().toStdString();
}

TEST_F(DemoTest, ANewcomerGetsFromTheDemoToWhyBatch17WasSlowByKeysAlone)
{
    QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    ASSERT_TRUE(until([this] { return batches() > 17; })) << m_window->banner().message().toStdString();
    QTest::keyClick(m_window.get(), Qt::Key_F5, Qt::ShiftModifier);
    ASSERT_TRUE(untilIdle());
    QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    auto* palette = m_window->findChild<ui::CommandPalette*>();
    ASSERT_TRUE(palette);
    QTest::keyClicks(palette->edit(), QStringLiteral("17"));
    QTest::keyClick(palette->edit(), Qt::Key_Return);
    ASSERT_EQ(studio().axis().batch(), 17u);
    ASSERT_TRUE(until([this] { return !wordsOfTheBatch().isEmpty(); }));
    EXPECT_EQ(bench().batchPanel()->number()->value(), 17);
    // It says where the time went: what it waited for, or that it waited for nothing.
    EXPECT_THAT(wordsOfTheBatch().toStdString(), testing::ContainsRegex("[Ww]ait"));
}

} // namespace sida::gui_test
