// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timeline_view.h"

#include <QPainter>

namespace sida::ui
{

TimelineView::TimelineView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
{
}

QStringList TimelineView::readout() const
{
    return {};
}

QSize TimelineView::sizeHint() const
{
    return {1296, 200};
}

QSize TimelineView::minimumSizeHint() const
{
    return {520, 120};
}

void TimelineView::paintContent(QPainter& painter)
{
    painter.fillRect(columns().plot, theme().color(Role::base));
}

void TimelineView::paintReadout(QPainter&) { }

QString TimelineView::emptyText() const
{
    return tr("Start a run or open a session.");
}

} // namespace sida::ui
