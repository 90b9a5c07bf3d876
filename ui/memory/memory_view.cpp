// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/memory/memory_view.h"

#include <QPainter>

namespace sida::ui
{

MemoryView::MemoryView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
{
}

QStringList MemoryView::readout() const
{
    return {};
}

QSize MemoryView::sizeHint() const
{
    return {1296, 200};
}

QSize MemoryView::minimumSizeHint() const
{
    return {520, 120};
}

void MemoryView::paintContent(QPainter& painter)
{
    painter.fillRect(columns().plot, theme().color(Role::base));
}

void MemoryView::paintReadout(QPainter&) { }

QString MemoryView::emptyText() const
{
    return tr("Start a run or open a session.");
}

} // namespace sida::ui
