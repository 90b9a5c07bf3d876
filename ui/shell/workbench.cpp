// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/workbench.h"

#include "ui/batch/batch_panel.h"
#include "ui/batch/life_view.h"
#include "ui/batch/range_view.h"
#include "ui/budget/budget_panel.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/memory/memory_view.h"
#include "ui/notes/notes_view.h"
#include "ui/predictor/predictor_view.h"
#include "ui/run/run_panel.h"
#include "ui/shell/dock_title.h"
#include "ui/shell/samples_view.h"
#include "ui/shell/summary_view.h"
#include "ui/throughput/throughput_view.h"
#include "ui/timeline/timeline_view.h"

#include <QDockWidget>
#include <QHBoxLayout>
#include <QSettings>
#include <QTabBar>
#include <QTabWidget>

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kLeftWidth = 304;
constexpr int kBudgetHeight = 280;
/// What is said beside the tabs; a tab widget gives its corner no more than the size hint.
class TabCorner : public QWidget
{
public:
    TabCorner()
    {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(0, 0, 16, 0);
    }
    /// What the tabs leave; they come first.
    QSize sizeHint() const override
    {
        const auto* tabs = qobject_cast<const QTabWidget*>(parentWidget());
        const int room = tabs ? tabs->width() - tabs->tabBar()->sizeHint().width() - 8 : 480;
        return {std::clamp(room, 0, 720), 28};
    }
};

const QString kStateKey = QStringLiteral("layout/state");
const QString kVersionKey = QStringLiteral("layout/version");

} // namespace

Workbench::Workbench(NextRun* run, RecordingModel* recording, TimeAxis* axis, QWidget* parent)
    : QMainWindow(parent)
    , m_axis(axis)
    , m_focus(new BatchFocus(recording, axis, this))
    , m_run(new RunPanel(run))
    , m_budget(new BudgetPanel)
    , m_timeline(new TimelineView(recording, axis))
    , m_memory(new MemoryView(recording, axis))
    , m_throughput(new ThroughputView(recording, axis))
    , m_batch(new BatchPanel(m_focus))
{
    setWindowFlags(Qt::Widget);
    setDockOptions(AllowNestedDocks | AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    makeTabs(recording, axis);
    addDock(QStringLiteral("run"), tr("Run"), m_run, nullptr);
    addDock(QStringLiteral("budget"), tr("Budget"), m_budget, nullptr);
    addDock(QStringLiteral("timeline"), tr("Timeline"), m_timeline, m_timeline->titleAccessory());
    addDock(QStringLiteral("memory"), tr("Device memory"), m_memory, m_memory->titleAccessory());
    addDock(QStringLiteral("throughput"), tr("Throughput"), m_throughput, m_throughput->titleAccessory());
    // Its tabs are its title.
    addDock(QStringLiteral("details"), tr("Details"), m_tabs, nullptr)->setTitleBarWidget(new QWidget);
    addDock(QStringLiteral("batch"), tr("Batch"), m_batch, nullptr);
    // The column of settings gains nothing from more width, the time axis everything.
    m_run->setMinimumWidth(272);
    m_run->setMaximumWidth(400);
    m_budget->setMaximumWidth(400);
    m_batch->setMaximumWidth(480);
    // All of it fits 1280x800, with less of each.
    m_memory->setMinimumHeight(104);
    m_throughput->setMinimumHeight(120);
    m_tabs->setMinimumSize(480, 136);
    restoreDefaultLayout();
    connect(axis, &TimeAxis::batchChanged, this, &Workbench::showBatch);
}

QDockWidget* Workbench::dockOf(const QWidget* content) const
{
    for (QDockWidget* dock : m_docks)
        if (dock->widget() == content)
            return dock;
    return nullptr;
}

void Workbench::bringUp(QWidget* view)
{
    const bool tab = m_tabs->indexOf(view) >= 0;
    if (tab)
        m_tabs->setCurrentWidget(view);
    if (QDockWidget* dock = dockOf(tab ? static_cast<QWidget*>(m_tabs) : view)) {
        dock->show();
        dock->raise();
    }
}

/// The first batch that is selected brings up what is told of it; from then on the user decides what is in
/// front.
void Workbench::showBatch()
{
    const bool first = m_axis->batch() && !m_batchShown;
    m_batchShown = m_axis->batch().has_value();
    if (!first)
        return;
    dockOf(m_batch)->raise();
    if (m_tabs->currentWidget() != m_samples)
        m_tabs->setCurrentWidget(m_life);
}

QDockWidget*
Workbench::addDock(const QString& name, const QString& title, QWidget* content, QWidget* accessory)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    dock->setTitleBarWidget(new DockTitle(dock, accessory));
    dock->toggleViewAction()->setToolTip(tr("Show or hide %1").arg(title));
    m_docks.push_back(dock);
    return dock;
}

void Workbench::makeTabs(RecordingModel* recording, TimeAxis* axis)
{
    m_heatmap = new HeatmapView(recording, axis);
    m_life = new LifeView(m_focus);
    m_range = new RangeView(recording, axis);
    m_samples = new SamplesView(recording);
    m_predictor = new PredictorView(recording, axis);
    m_summary = new SummaryView;
    m_notes = new NotesView(recording, axis);
    m_tabs = new QTabWidget;
    m_tabs->tabBar()->setDrawBase(false);
    m_tabs->setCornerWidget(new TabCorner, Qt::TopRightCorner);
    addTab(m_heatmap, tr("Heatmap"), m_heatmap->titleAccessory());
    addTab(m_life, tr("Life of Experts"), m_life->titleAccessory());
    addTab(m_range, tr("Range"), m_range->titleAccessory());
    addTab(m_samples, tr("Samples"), nullptr);
    addTab(m_predictor, tr("Predictor"), m_predictor->titleAccessory());
    addTab(m_summary, tr("Summary"), nullptr);
    addTab(m_notes, tr("Notes"), nullptr);
    connect(m_notes, &NotesView::wanted, this, [this] { bringUp(m_notes); });
    connect(m_heatmap, &HeatmapView::expertChosen, axis, [axis](ExpertKey key) {
        axis->filterExpert(axis->expert() == key ? std::nullopt : std::optional(key));
    });
}

void Workbench::addTab(QWidget* view, const QString& title, TitleAccessory* accessory)
{
    m_tabs->addTab(view, title);
    if (!accessory)
        return;
    m_tabs->cornerWidget(Qt::TopRightCorner)->layout()->addWidget(accessory);
    const auto follow = [this, view, accessory] { accessory->setVisible(m_tabs->currentWidget() == view); };
    connect(m_tabs, &QTabWidget::currentChanged, accessory, follow);
    follow();
}

std::vector<Workbench::View> Workbench::views() const
{
    return {
        {QStringLiteral("timeline"), m_timeline},
        {QStringLiteral("memory"), m_memory},
        {QStringLiteral("throughput"), m_throughput},
        {QStringLiteral("heatmap"), m_heatmap},
        {QStringLiteral("life"), m_life},
        {QStringLiteral("range"), m_range},
        {QStringLiteral("samples"), m_samples},
        {QStringLiteral("predictor"), m_predictor},
        {QStringLiteral("summary"), m_summary},
        {QStringLiteral("notes"), m_notes},
        {QStringLiteral("run"), m_run},
        {QStringLiteral("batch"), m_batch},
        {QStringLiteral("budget"), m_budget}};
}

void Workbench::restoreDefaultLayout()
{
    for (QDockWidget* dock : m_docks) {
        dock->setFloating(false);
        removeDockWidget(dock);
    }
    setCorner(Qt::TopLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    for (std::size_t i = 0; i + 1 < m_docks.size(); ++i)
        addDockWidget(i < 2 ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea, m_docks[i], Qt::Vertical);
    for (QDockWidget* dock : m_docks)
        dock->show();
    // What a run is made of and what became of a batch are not looked at together.
    tabifyDockWidget(m_docks.front(), m_docks.back());
    m_docks.front()->raise();
    m_tabs->setCurrentIndex(0);
    m_sized = false;
    if (isVisible())
        applyDefaultSizes();
}

void Workbench::applyDefaultSizes()
{
    m_sized = true;
    resizeDocks({m_docks[0], m_docks[2]}, {kLeftWidth, std::max(600, width() - kLeftWidth)}, Qt::Horizontal);
    resizeDocks(
        {m_docks[0], m_docks[1]}, {std::max(400, height() - kBudgetHeight), kBudgetHeight}, Qt::Vertical);
    resizeDocks({m_docks[2], m_docks[3], m_docks[4], m_docks[5]}, {280, 168, 208, 256}, Qt::Vertical);
}

void Workbench::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (!m_sized)
        applyDefaultSizes();
}

void Workbench::saveLayout(QSettings& settings) const
{
    settings.setValue(kVersionKey, kLayoutVersion);
    settings.setValue(kStateKey, saveState(kLayoutVersion));
}

bool Workbench::restoreLayout(const QSettings& settings)
{
    if (settings.value(kVersionKey).toInt() != kLayoutVersion)
        return false;
    const bool restored = restoreState(settings.value(kStateKey).toByteArray(), kLayoutVersion);
    m_sized = m_sized || restored;
    return restored;
}

} // namespace sida::ui
