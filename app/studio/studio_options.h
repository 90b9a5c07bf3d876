// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "ui/theme/theme_manager.h"

#include <QSize>
#include <QStringList>
#include <optional>

namespace sida::studio
{

/// The command line of sida-studio.
struct StudioOptions {
    QStringList files;
    bool demo = false;
    QString exportFolder; ///< empty: show the window
    QSize size{1600, 1000}; ///< of exported pictures, or of the window when given
    bool sizeGiven = false;
    std::optional<ui::ThemeChoice> theme;
    bool help = false;
    bool version = false;
};

Result<StudioOptions> parseOptions(const QStringList& arguments);
QString usage();

} // namespace sida::studio
