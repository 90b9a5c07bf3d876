// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"
#include "ui/plot/title_accessory.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QTableView;

namespace sida::ui
{

class RangeModel;

/// What happened in the selection, or else in the visible range: counts, sums, median and p95, by cause and
/// by layer.
class RangeView : public QWidget
{
    Q_OBJECT
public:
    RangeView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    TitleAccessory* titleAccessory() const { return m_accessory; }
    RangeModel* table() const { return m_table; }
    /// A summary that waits for its turn is made now.
    void flush();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void schedule();
    void refresh();

    RecordingModel* m_model;
    TimeAxis* m_axis;
    TitleAccessory* m_accessory;
    RangeModel* m_table;
    QTableView* m_view = nullptr;
    QLabel* m_empty = nullptr;
    QTimer m_timer;
    bool m_stale = true;
};

} // namespace sida::ui
