// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QColor>

namespace sida::ui
{

/// The second cue beside a colour. Tiles of 4 to 6 pixels, so that a mark of 8 pixels already shows it.
enum class Hatch { dots, rising, falling, crosses };

QBrush hatch(const QColor& fill, Hatch pattern);

} // namespace sida::ui
