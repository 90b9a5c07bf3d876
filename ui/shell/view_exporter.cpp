// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/view_exporter.h"

#include "ui/batch/batch_panel.h"
#include "ui/batch/life_view.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/plot/time_view.h"
#include "ui/run/run_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/studio.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QCoreApplication>
#include <QDir>
#include <QPixmap>
#include <optional>
#include <utility>

namespace sida::ui
{

namespace
{

/// Views postpone what they draw to timers and the event loop.
void settle(const QWidget& widget)
{
    for (int pass = 0; pass < 3; ++pass) {
        for (TimeView* view : widget.window()->findChildren<TimeView*>())
            view->flush();
        for (HeatmapView* view : widget.window()->findChildren<HeatmapView*>())
            view->flush();
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    }
}

Status save(QWidget* widget, const QDir& folder, const QString& name, QStringList& files)
{
    settle(*widget);
    const QString path = folder.absoluteFilePath(name + QStringLiteral(".png"));
    if (!widget->grab().save(path))
        return failure(
            ErrorKind::io,
            QCoreApplication::translate(
                "ViewExporter",
                "%1: the picture could not be written; check the folder's permissions and free space")
                .arg(path)
                .toStdString());
    files << path;
    return {};
}

Status saveView(
    Workbench& workbench, const Workbench::View& view, const QDir& folder, const QString& suffix,
    QStringList& files)
{
    workbench.bringUp(view.widget);
    QWidget* whole = view.widget;
    if (auto* summary = qobject_cast<SummaryView*>(whole))
        whole = summary->wholePicture();
    return save(whole, folder, view.name + suffix, files);
}

/// What can be told of one batch, on the example of the slowest.
Status saveBatch(MainWindow& window, const QDir& folder, const QString& suffix, QStringList& files)
{
    Workbench& workbench = window.workbench();
    TimeAxis& axis = window.studio().axis();
    const TimeRange before = axis.visible();
    workbench.batchPanel()->goToSlowest();
    workbench.bringUp(workbench.batchPanel());
    workbench.bringUp(workbench.life());
    Status status = save(&window, folder, QStringLiteral("slowest") + suffix, files);
    for (const Workbench::View& view : workbench.views())
        if (status && (view.widget == workbench.life() || view.widget == workbench.batchPanel()))
            status = saveView(workbench, view, folder, suffix, files);
    axis.selectBatch(std::nullopt);
    axis.setVisible(before);
    return status;
}

Status saveAll(MainWindow& window, const QDir& folder, const QString& theme, QStringList& files)
{
    const QString suffix = QLatin1Char('-') + theme;
    Workbench& workbench = window.workbench();
    window.showStartPage(true);
    SIDA_TRY(save(&window, folder, QStringLiteral("start") + suffix, files));
    window.showStartPage(false);
    workbench.bringUp(workbench.runPanel());
    workbench.bringUp(workbench.heatmap());
    SIDA_TRY(save(&window, folder, QStringLiteral("window") + suffix, files));
    for (const Workbench::View& view : workbench.views()) {
        if (view.widget == workbench.life() || view.widget == workbench.batchPanel())
            continue;
        SIDA_TRY(saveView(workbench, view, folder, suffix, files));
    }
    SIDA_TRY(saveBatch(window, folder, suffix, files));
    workbench.bringUp(workbench.runPanel());
    workbench.bringUp(workbench.heatmap());
    return {};
}

} // namespace

Result<QStringList> exportViews(MainWindow& window, const QString& folder, const QSize& size)
{
    const QDir target(folder);
    if (!target.mkpath(QStringLiteral(".")))
        return failure(
            ErrorKind::io,
            QCoreApplication::translate("ViewExporter", "%1: the folder could not be made; choose another")
                .arg(folder)
                .toStdString());
    window.resize(size);
    window.show();
    const ThemeChoice before = ThemeManager::instance().choice();
    QStringList files;
    Status status;
    for (const auto& [choice, name] :
         {std::pair{ThemeChoice::light, QStringLiteral("light")},
          std::pair{ThemeChoice::dark, QStringLiteral("dark")}}) {
        ThemeManager::instance().setChoice(choice);
        status = saveAll(window, target, name, files);
        if (!status)
            break;
    }
    ThemeManager::instance().setChoice(before);
    if (!status)
        return failure(status.error());
    return files;
}

} // namespace sida::ui
