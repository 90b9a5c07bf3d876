// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Usage: sida_window_pictures FOLDER. Draws the window in its states, light and dark, at two sizes.
#include "tests/gui/shell/window_under_test.h"
#include "ui/batch/batch_panel.h"
#include "ui/batch/life_view.h"
#include "ui/batch/range_view.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/predictor/predictor_view.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/samples_view.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/training_dialog.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <QTimer>

namespace
{

using namespace sida;
using gui_test::WindowUnderTest;

void save(QWidget& widget, const QString& name)
{
    QTest::qWait(100);
    widget.grab().save(QApplication::arguments().at(1) + QLatin1Char('/') + name + QStringLiteral(".png"));
}

void drawEmpty(const QString& suffix, const QSize& size)
{
    WindowUnderTest test;
    test.window().resize(size);
    test.untilIdle();
    save(test.window(), QStringLiteral("empty-start") + suffix);
    test.window().showStartPage(false);
    save(test.window(), QStringLiteral("empty-work") + suffix);
    test.studio().open({test.file(QStringLiteral("model"), api::PathKind::model)});
    WindowUnderTest::until([&] { return test.studio().nextRun().plan() != nullptr; });
    test.window().showStartPage(true);
    save(test.window(), QStringLiteral("half-start") + suffix);
}

void drawRun(const QString& suffix, const QSize& size)
{
    test::RecordingScript script;
    script.batches = 200;
    script.budgetChangeAt = 150;
    WindowUnderTest test(gui_test::makeScript(script));
    test.window().resize(size);
    test.loadAll();
    test.script().runGate.close();
    test.studio().start();
    test.script().runGate.admit(160);
    WindowUnderTest::until([&] { return test.studio().recording().rows().batches.size() == 160; });
    const auto& rows = test.studio().recording().rows().batches;
    test.studio().axis().setVisible({rows[142].begin, rows[159].end});
    save(test.window(), QStringLiteral("busy") + suffix);
    test.script().runGate.open();
    test.untilIdle();
    test.studio().axis().fitAll();
    ui::Workbench& bench = test.window().workbench();
    bench.bringUp(bench.samples());
    save(test.window(), QStringLiteral("full-samples") + suffix);
    bench.bringUp(bench.summary());
    save(test.window(), QStringLiteral("full-summary") + suffix);
    bench.bringUp(bench.predictor());
    save(test.window(), QStringLiteral("full-predictor") + suffix);
    bench.predictor()->showPage(ui::PredictorView::Page::calibration);
    save(test.window(), QStringLiteral("full-calibration") + suffix);
    bench.predictor()->showPage(ui::PredictorView::Page::baselines);
    bench.predictor()->evaluateButton()->click();
    test.untilIdle();
    save(test.window(), QStringLiteral("full-baselines") + suffix);
    const ui::TimeRange all = test.studio().axis().extent();
    test.studio().axis().setSelection({all.begin + all.width() / 3, all.begin + all.width() / 2});
    bench.bringUp(bench.range());
    save(test.window(), QStringLiteral("full-range") + suffix);
    test.studio().axis().clear();
    bench.bringUp(bench.heatmap());
    bench.heatmap()->setMode(ui::HeatmapMode::residency);
    test.studio().axis().filterExpert(ExpertKey{1, 11});
    save(test.window(), QStringLiteral("full-filtered") + suffix);
    test.studio().axis().filterExpert(std::nullopt);
    bench.batchPanel()->goToSlowest();
    bench.bringUp(bench.batchPanel());
    bench.bringUp(bench.life());
    bench.life()->setFocus();
    for (int i = 0; i < 9; ++i)
        QTest::keyClick(bench.life(), Qt::Key_Down);
    save(test.window(), QStringLiteral("full-batch") + suffix);
    test.window().actions().palette->trigger();
    if (auto* palette = test.window().findChild<ui::CommandPalette*>()) {
        QTest::keyClicks(palette->edit(), QStringLiteral("st"));
        save(*palette, QStringLiteral("palette") + suffix);
        palette->close();
    }
    test.window().showStartPage(true);
    save(test.window(), QStringLiteral("full-start") + suffix);
}

void drawFailed(const QString& suffix, const QSize& size)
{
    auto script = gui_test::makeScript();
    script->budgetReason
        = "1.10 GiB would leave no slot for layer 2, which is being computed; ask for 1.30 GiB";
    WindowUnderTest test(script);
    test.window().resize(size);
    test.loadAll();
    test.script().runGate.close();
    test.script().runGate.admit(30);
    test.startAndWait();
    WindowUnderTest::until([&] { return test.studio().recording().rows().batches.size() == 30; });
    test.studio().changeBudget(units::Budget::ofBytes(units::kGiB));
    QTest::qWait(200);
    save(test.window(), QStringLiteral("refused") + suffix);
    script->runError = Error{
        ErrorKind::io,
        "sst2-1.sida: the disk is full; what was recorded until batch 30 opens. Free some space and start "
        "again"};
    test.script().runGate.open();
    test.untilIdle();
    save(test.window(), QStringLiteral("failed") + suffix);
}

void drawTraining(const QString& suffix)
{
    WindowUnderTest test;
    test.loadAll();
    for (QAction* action : test.window().findChildren<QAction*>())
        if (action->shortcut() == QKeySequence(QStringLiteral("Ctrl+T")))
            action->trigger();
    test.script().trainGate.close();
    test.script().trainGate.admit(6);
    test.window().trainingDialog()->startButton()->click();
    QTest::qWait(200);
    save(*test.window().trainingDialog(), QStringLiteral("training") + suffix);
    test.script().trainGate.open();
    test.untilIdle();
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    if (QApplication::arguments().size() != 2 || !QDir().mkpath(QApplication::arguments().at(1)))
        return 2;
    for (const auto choice : {ui::ThemeChoice::light, ui::ThemeChoice::dark}) {
        const QString theme
            = choice == ui::ThemeChoice::dark ? QStringLiteral("-dark") : QStringLiteral("-light");
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)}) {
            const QString suffix = QStringLiteral("-%1%2").arg(size.width()).arg(theme);
            const auto draw = [&](auto function) {
                // A window takes its theme from its settings, which are new each time.
                QTimer::singleShot(0, [choice] { ui::ThemeManager::instance().setChoice(choice); });
                function(suffix, size);
            };
            draw(drawEmpty);
            draw(drawRun);
            draw(drawFailed);
        }
        QTimer::singleShot(0, [choice] { ui::ThemeManager::instance().setChoice(choice); });
        drawTraining(theme);
    }
    return 0;
}
