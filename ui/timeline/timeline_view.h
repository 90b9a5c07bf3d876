// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/time_view.h"

namespace sida::ui
{

class TimelineView : public TimeView
{
    Q_OBJECT
public:
    TimelineView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    QStringList readout() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintContent(QPainter& painter) override;
    void paintReadout(QPainter& painter) override;
    QString emptyText() const override;
};

} // namespace sida::ui
