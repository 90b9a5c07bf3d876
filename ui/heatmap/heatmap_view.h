// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"

#include <QWidget>

namespace sida::ui
{

/// Layer x expert over the visible range, or over the selection.
class HeatmapView : public QWidget
{
    Q_OBJECT
public:
    HeatmapView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    /// For a tab bar's corner or a title bar: which range is shown, how many batches and tokens.
    QWidget* titleAccessory() const { return m_accessory; }

Q_SIGNALS:
    /// A click or Enter on a cell.
    void expertChosen(sida::ExpertKey key);

private:
    QWidget* m_accessory = nullptr;
};

} // namespace sida::ui
