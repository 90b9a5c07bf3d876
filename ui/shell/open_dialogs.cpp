// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/open_dialogs.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

namespace sida::ui::dialogs
{

namespace
{

struct Dialogs {
    Q_DECLARE_TR_FUNCTIONS(Dialogs)
};

QString remembered(QSettings& settings, const QString& kind, const QString& path)
{
    if (!path.isEmpty())
        settings.setValue(QStringLiteral("folders/") + kind, QFileInfo(path).absolutePath());
    return path;
}

QString folder(const QSettings& settings, const QString& kind, const QString& otherwise = {})
{
    return settings.value(QStringLiteral("folders/") + kind, otherwise).toString();
}

} // namespace

QString model(QWidget* parent, QSettings& settings)
{
    const QString kind = QStringLiteral("model");
    return remembered(
        settings, kind,
        QFileDialog::getExistingDirectory(
            parent, Dialogs::tr("Choose a model folder"), folder(settings, kind)));
}

QString dataset(QWidget* parent, QSettings& settings)
{
    const QString kind = QStringLiteral("dataset");
    return remembered(
        settings, kind,
        QFileDialog::getOpenFileName(
            parent, Dialogs::tr("Choose a dataset"), folder(settings, kind),
            Dialogs::tr("Datasets (*.tsv *.csv *.jsonl *.json *.txt);;All files (*)")));
}

QString predictor(QWidget* parent, QSettings& settings)
{
    const QString kind = QStringLiteral("predictor");
    return remembered(
        settings, kind,
        QFileDialog::getOpenFileName(
            parent, Dialogs::tr("Choose a predictor"), folder(settings, kind),
            Dialogs::tr("Predictors (*.safetensors);;All files (*)")));
}

QString session(QWidget* parent, QSettings& settings, const QString& sessionsFolder)
{
    const QString kind = QStringLiteral("session");
    return remembered(
        settings, kind,
        QFileDialog::getOpenFileName(
            parent, Dialogs::tr("Open a session"), folder(settings, kind, sessionsFolder),
            Dialogs::tr("Sessions (*.sida);;All files (*)")));
}

} // namespace sida::ui::dialogs
