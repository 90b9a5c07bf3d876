// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/heatmap/heatmap_data.h"
#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"
#include "ui/plot/title_accessory.h"

#include <QTimer>
#include <QWidget>

class QButtonGroup;
class QComboBox;
class QLabel;

namespace sida::ui
{

class HeatmapCanvas;

/// Layer x expert over the visible range, or over the selection.
class HeatmapView : public QWidget
{
    Q_OBJECT
public:
    HeatmapView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    /// For a tab bar's corner or a title bar: which range is shown, how many batches and tokens.
    TitleAccessory* titleAccessory() const { return m_accessory; }
    HeatmapCanvas* canvas() const { return m_canvas; }
    void setMode(HeatmapMode mode);
    void setScale(HeatmapScale scale);
    void setSort(HeatmapSort sort);
    /// Counts that wait for their turn are taken now: for pictures that are saved.
    void flush();
    /// What the status line says about the current cell.
    QString statusText() const;

Q_SIGNALS:
    /// A click or Enter on a cell.
    void expertChosen(sida::ExpertKey key);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeControls();
    QButtonGroup* addSegments(QWidget* bar, const QStringList& texts, const QStringList& tips);
    void scheduleRefresh();
    void refresh();
    void showStatus();

    RecordingModel* m_model;
    TimeAxis* m_axis;
    TitleAccessory* m_accessory;
    HeatmapCanvas* m_canvas;
    QLabel* m_modeLabel = nullptr;
    QButtonGroup* m_modes = nullptr;
    QButtonGroup* m_scales = nullptr;
    QComboBox* m_modeList = nullptr;
    QComboBox* m_sort = nullptr;
    QLabel* m_status;
    QTimer m_refresh;
};

} // namespace sida::ui
