// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/markup.h"

#include <QPainter>
#include <QSizeF>

namespace sida::ui
{

/// Size of an element svg in its own units.
QSizeF drawingSize(const Markup& svg);

/// Draws an element svg of a report page as lines, areas and letters into a box of that width.
void paintDrawing(QPainter& painter, const Markup& svg, const QPointF& corner, double width);

/// Classes of the drawing that have no look here; a report that has one is not drawn as its page says.
QStringList unknownClasses(const Markup& svg);

} // namespace sida::ui
