// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/sessions/functions.h"
#include "ui/compare/compare_window.h"
#include "ui/replay/replay_window.h"
#include "ui/report/report_window.h"
#include "ui/theme/theme_manager.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QTabWidget>
#include <QTest>
#include <QTextStream>

/// sida_session_pictures FOLDER [SESSION SESSION]: pictures of the windows beside the main one, light and
/// dark, of these sessions or of scripted ones.
int main(int argc, char** argv)
{
    using namespace sida;
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    if (argc < 2) {
        QTextStream(stderr) << "usage: sida_session_pictures FOLDER [SESSION SESSION]\n";
        return 2;
    }
    const QDir folder(QString::fromLocal8Bit(argv[1]));
    const QStringList paths = argc > 3
        ? QStringList{QString::fromLocal8Bit(argv[2]), QString::fromLocal8Bit(argv[3])}
        : QStringList{QStringLiteral("24.sida"), QStringLiteral("96.sida")};
    const ui::SessionFunctions functions = gui_test::testFunctions();
    const auto recording = functions.open(paths[1].toStdString(), {}, {});
    if (!recording) {
        QTextStream(stderr) << QString::fromStdString(recording.error().message) << '\n';
        return 1;
    }
    for (const ui::ThemeChoice choice : {ui::ThemeChoice::light, ui::ThemeChoice::dark}) {
        ui::ThemeManager::instance().setChoice(choice);
        const QString end
            = choice == ui::ThemeChoice::light ? QStringLiteral("-light.png") : QStringLiteral("-dark.png");
        ui::ReplayWindow replay(functions, nullptr);
        replay.show(*recording, QStringLiteral("run.sida"));
        while (replay.isBusy())
            QTest::qWait(10);
        for (int i = 0; i < replay.measure()->count(); ++i) {
            replay.measure()->setCurrentIndex(i);
            replay.grab().save(folder.filePath(QStringLiteral("replay-%1").arg(i) + end));
        }
        ui::CompareWindow compare(functions, nullptr);
        compare.show(paths);
        while (compare.isBusy())
            QTest::qWait(10);
        for (int i = 0; i < compare.tabs()->count(); ++i) {
            compare.tabs()->setCurrentIndex(i);
            QTest::qWait(20);
            compare.grab().save(folder.filePath(QStringLiteral("compare-%1").arg(i) + end));
        }
        ui::ReportWindow report(functions, nullptr);
        report.show({{QStringLiteral("run.sida"), *recording}});
        while (report.isBusy())
            QTest::qWait(10);
        report.grab().save(folder.filePath(QStringLiteral("report") + end));
    }
    return 0;
}
