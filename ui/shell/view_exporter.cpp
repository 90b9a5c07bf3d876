// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/view_exporter.h"

#include "ui/shell/main_window.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QCoreApplication>
#include <QDir>
#include <QPixmap>
#include <QTabWidget>
#include <utility>

namespace sida::ui
{

namespace
{

/// Views postpone their drawing to the event loop.
void settle()
{
    for (int pass = 0; pass < 3; ++pass) {
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    }
}

Status save(QWidget* widget, const QDir& folder, const QString& name, QStringList& files)
{
    settle();
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

Status saveAll(MainWindow& window, const QDir& folder, const QString& theme, QStringList& files)
{
    const QString suffix = QLatin1Char('-') + theme;
    window.showStartPage(true);
    SIDA_TRY(save(&window, folder, QStringLiteral("start") + suffix, files));
    window.showStartPage(false);
    QTabWidget* tabs = window.workbench().tabs();
    tabs->setCurrentIndex(0);
    SIDA_TRY(save(&window, folder, QStringLiteral("window") + suffix, files));
    for (const Workbench::View& view : window.workbench().views()) {
        if (const int tab = tabs->indexOf(view.widget); tab >= 0)
            tabs->setCurrentIndex(tab);
        QWidget* whole = view.widget;
        if (auto* summary = qobject_cast<SummaryView*>(whole))
            whole = summary->wholePicture();
        SIDA_TRY(save(whole, folder, view.name + suffix, files));
    }
    tabs->setCurrentIndex(0);
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
