// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QSettings;
class QWidget;

/// File dialogs that begin where the last one of the kind ended. Empty when nothing was chosen.
namespace sida::ui::dialogs
{

QString model(QWidget* parent, QSettings& settings);
QString dataset(QWidget* parent, QSettings& settings);
QString predictor(QWidget* parent, QSettings& settings);
QString session(QWidget* parent, QSettings& settings, const QString& sessionsFolder);

} // namespace sida::ui::dialogs
