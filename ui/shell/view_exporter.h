// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <QSize>
#include <QString>
#include <QStringList>

namespace sida::ui
{

class MainWindow;

/// Draws the window, each of its views and the start page in both themes, and writes them into a folder. The
/// names of the files, or why one could not be written.
Result<QStringList> exportViews(MainWindow& window, const QString& folder, const QSize& size);

} // namespace sida::ui
