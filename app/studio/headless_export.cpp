// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/headless_export.h"

#include "ui/shell/studio.h"
#include "ui/shell/view_exporter.h"

#include <QEventLoop>
#include <QTextStream>
#include <cstdio>

namespace sida::studio
{

namespace
{

int fail(const QString& message, int status)
{
    QTextStream(stderr) << "sida-studio: " << QString(message).replace(QLatin1Char('\n'), QLatin1Char(' '))
                        << '\n';
    return status;
}

/// Until nothing is loaded or run any more; the first problem on the way, or an empty text.
QString work(ui::MainWindow& window, const StudioOptions& options)
{
    ui::Studio& studio = window.studio();
    QEventLoop loop;
    QString trouble;
    bool ran = !options.demo;
    QObject::connect(&studio, &ui::Studio::problem, &loop, [&](const ui::Problem& problem) {
        if (trouble.isEmpty())
            trouble = problem.message;
        loop.quit();
    });
    QObject::connect(&studio, &ui::Studio::runEnded, &loop, [&] { ran = true; });
    QObject::connect(
        &studio, &ui::Studio::activityChanged, &loop,
        [&] {
            if (studio.activity() == ui::Activity::idle && ran)
                loop.quit();
        },
        Qt::QueuedConnection);
    if (options.demo)
        window.runDemo();
    else
        studio.open(options.files);
    if (studio.activity() == ui::Activity::idle)
        return options.demo ? QStringLiteral("the demo is not installed; see --help for other ways to begin")
                            : QString();
    loop.exec();
    // The pictures name the device and its free memory.
    if (trouble.isEmpty() && !studio.nextRun().doctor()) {
        QObject::connect(&studio.nextRun(), &ui::NextRun::changed, &loop, [&] {
            if (studio.nextRun().doctor())
                loop.quit();
        });
        loop.exec();
    }
    return trouble;
}

} // namespace

int exportHeadless(ui::MainWindow& window, const StudioOptions& options)
{
    const QString trouble = work(window, options);
    if (!trouble.isEmpty())
        return fail(trouble, 2);
    if (window.studio().recordingState() == api::RecordingState::failed)
        return fail(QStringLiteral("the run failed"), 1);
    if (!window.studio().recording().hasRun())
        return fail(QStringLiteral("there is nothing to draw: give a session (.sida) or --demo"), 2);
    window.studio().axis().setFollowLive(false);
    window.studio().axis().fitAll();
    const auto files = ui::exportViews(window, options.exportFolder, options.size);
    if (!files)
        return fail(QString::fromStdString(files.error().message), 1);
    QTextStream out(stdout);
    for (const QString& file : *files)
        out << file << '\n';
    return 0;
}

} // namespace sida::studio
