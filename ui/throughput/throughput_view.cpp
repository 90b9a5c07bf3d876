// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/throughput/throughput_view.h"

#include <QPainter>

namespace sida::ui
{

ThroughputView::ThroughputView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
{
}

QStringList ThroughputView::readout() const
{
    return {};
}

QSize ThroughputView::sizeHint() const
{
    return {1296, 200};
}

QSize ThroughputView::minimumSizeHint() const
{
    return {520, 120};
}

void ThroughputView::paintContent(QPainter& painter)
{
    painter.fillRect(columns().plot, theme().color(Role::base));
}

void ThroughputView::paintReadout(QPainter&) { }

QString ThroughputView::emptyText() const
{
    return tr("Start a run or open a session.");
}

} // namespace sida::ui
