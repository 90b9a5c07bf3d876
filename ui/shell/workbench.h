// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <vector>

class QDockWidget;
class QSettings;
class QTabWidget;

namespace sida::ui
{

class BatchFocus;
class BatchPanel;
class BudgetPanel;
class HeatmapView;
class LifeView;
class MemoryView;
class NextRun;
class NotesView;
class PredictorView;
class RangeView;
class RecordingModel;
class RunPanel;
class SamplesView;
class SummaryView;
class ThroughputView;
class TimeAxis;
class TimelineView;
class TitleAccessory;

/// Everything one looks at during and after a run: the run and its budget at the left, the views over time
/// in the middle, the tables below. Every part is a dock; the arrangement is saved and can be restored.
class Workbench : public QMainWindow
{
    Q_OBJECT
public:
    Workbench(NextRun* run, RecordingModel* recording, TimeAxis* axis, QWidget* parent = nullptr);

    RunPanel* runPanel() const { return m_run; }
    BatchPanel* batchPanel() const { return m_batch; }
    LifeView* life() const { return m_life; }
    RangeView* range() const { return m_range; }
    HeatmapView* heatmap() const { return m_heatmap; }
    TimelineView* timeline() const { return m_timeline; }
    PredictorView* predictor() const { return m_predictor; }
    BatchFocus& batchFocus() const { return *m_focus; }
    BudgetPanel* budgetPanel() const { return m_budget; }
    SummaryView* summary() const { return m_summary; }
    NotesView* notes() const { return m_notes; }
    SamplesView* samples() const { return m_samples; }
    QTabWidget* tabs() const { return m_tabs; }
    const std::vector<QDockWidget*>& docks() const { return m_docks; }

    /// The name in an exported file and the widget to draw.
    struct View {
        QString name;
        QWidget* widget;
    };
    std::vector<View> views() const;

    /// Brings a part to the front, wherever it is.
    void bringUp(QWidget* view);
    void restoreDefaultLayout();
    void saveLayout(QSettings& settings) const;
    /// A layout of another version of the program is not applied.
    bool restoreLayout(const QSettings& settings);

    static constexpr int kLayoutVersion = 2;

protected:
    void showEvent(QShowEvent* event) override;

private:
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content, QWidget* accessory);
    void makeTabs(RecordingModel* recording, TimeAxis* axis);
    void addTab(QWidget* view, const QString& title, TitleAccessory* accessory);
    void applyDefaultSizes();
    void showBatch();
    QDockWidget* dockOf(const QWidget* content) const;

    TimeAxis* m_axis;
    BatchFocus* m_focus;
    RunPanel* m_run;
    BudgetPanel* m_budget;
    TimelineView* m_timeline;
    MemoryView* m_memory;
    ThroughputView* m_throughput;
    BatchPanel* m_batch;
    HeatmapView* m_heatmap = nullptr;
    LifeView* m_life = nullptr;
    RangeView* m_range = nullptr;
    NotesView* m_notes = nullptr;
    PredictorView* m_predictor = nullptr;
    SamplesView* m_samples = nullptr;
    SummaryView* m_summary = nullptr;
    QTabWidget* m_tabs = nullptr;
    std::vector<QDockWidget*> m_docks;
    bool m_sized = false;
    bool m_batchShown = false; ///< a batch was selected before this change
};

} // namespace sida::ui
