// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Usage: sida_plot_pictures FOLDER. Draws all views on scripted recordings, light and dark, at the widths the
// centre of the window has on small and large screens.
#include "tests/gui/support/scripted_recording.h"
#include "ui/heatmap/heatmap_canvas.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/memory/memory_view.h"
#include "ui/theme/theme_manager.h"
#include "ui/throughput/throughput_view.h"
#include "ui/timeline/timeline_view.h"

#include <QApplication>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

using namespace sida;

namespace
{

struct Scene {
    QString name;
    std::shared_ptr<const api::Recording> recording;
    bool zoomed = false;
    bool hover = false;
    bool live = false; ///< recording goes on, a range is selected, shares of hits are shown by load
};

QWidget* titled(const QString& title, QWidget* accessory, QWidget* content, QWidget* parent)
{
    auto* box = new QWidget(parent);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new QWidget(box);
    bar->setFixedHeight(24);
    bar->setAttribute(Qt::WA_StyledBackground);
    bar->setProperty("role", QStringLiteral("dockTitle"));
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 0, 8, 0);
    auto* label = new QLabel(title, bar);
    label->setProperty("role", QStringLiteral("strong"));
    label->setFixedWidth(104);
    row->setSpacing(0);
    row->addWidget(label);
    row->addWidget(accessory, 1);
    accessory->show();
    column->addWidget(bar);
    column->addWidget(content, 1);
    return box;
}

void draw(const Scene& scene, ui::ThemeChoice choice, int width, const QDir& folder)
{
    ui::ThemeManager::instance().setChoice(choice);
    ui::RecordingModel model;
    ui::TimeAxis axis;
    QWidget window;
    auto* timeline = new ui::TimelineView(&model, &axis, &window);
    auto* memory = new ui::MemoryView(&model, &axis, &window);
    auto* throughput = new ui::ThroughputView(&model, &axis, &window);
    auto* heatmap = new ui::HeatmapView(&model, &axis, &window);
    auto* column = new QVBoxLayout(&window);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    const bool small = width < 1000;
    auto add = [&](const QString& title, auto* view, int height) {
        QWidget* box = titled(title, view->titleAccessory(), view, &window);
        box->setFixedHeight(height);
        column->addWidget(box);
    };
    add(QStringLiteral("Timeline"), timeline, small ? 260 : 280);
    add(QStringLiteral("GPU memory"), memory, small ? 136 : 168);
    add(QStringLiteral("Throughput"), throughput, small ? 168 : 208);
    add(QStringLiteral("Heatmap"), heatmap, 264);
    if (scene.live) {
        model.reset(scene.recording->header);
        for (const auto& chunk : test::chunksOf(*scene.recording, 20))
            model.append(chunk);
        const ui::TimeRange extent = axis.extent();
        axis.setSelection({extent.begin + extent.width() / 3, extent.begin + extent.width() / 2});
        heatmap->setMode(ui::HeatmapMode::hitShare);
        heatmap->setSort(ui::HeatmapSort::byLoad);
    } else if (scene.recording) {
        model.setRecording(scene.recording);
    }
    window.setFixedWidth(width);
    window.show();
    if (scene.zoomed && scene.recording) {
        const auto& batches = scene.recording->rows.batches;
        const std::size_t middle = batches.size() / 2;
        axis.setVisible({batches[middle - 8].begin, batches[middle + 8].end});
    }
    for (ui::TimeView* view :
         {static_cast<ui::TimeView*>(timeline), static_cast<ui::TimeView*>(memory),
          static_cast<ui::TimeView*>(throughput)})
        view->flush();
    heatmap->flush();
    if (scene.hover && scene.recording) {
        axis.setHover(axis.visible().begin + axis.visible().width() * 7 / 10);
        heatmap->canvas()->setCursorCell({1, 34});
    }
    QCoreApplication::processEvents();
    const QString theme = choice == ui::ThemeChoice::dark ? QStringLiteral("dark") : QStringLiteral("light");
    window.grab().save(folder.filePath(QStringLiteral("%1-%2-%3.png").arg(scene.name, theme).arg(width)));
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    if (argc != 2)
        return 2;
    const QDir folder(QString::fromLocal8Bit(argv[1]));
    if (!QDir().mkpath(folder.path()))
        return 1;
    test::RecordingScript many;
    many.layers = 6;
    many.experts = 128;
    many.batches = 200;
    many.budgetChangeAt = 100;
    many.cacheSlots = 200;
    many.cacheSlotsAfterChange = 290;
    many.refusedChange = true;
    test::RecordingScript tiny;
    tiny.experts = 8;
    tiny.layers = 2;
    tiny.cacheSlots = 6;
    tiny.cacheSlotsAfterChange = 10;
    tiny.expertBytes = 131072;
    tiny.copyNs = 20000;
    tiny.predictor = false;
    test::RecordingScript wide;
    wide.layers = 12;
    wide.experts = 256;
    wide.cacheSlots = 400;
    wide.cacheSlotsAfterChange = 700;
    wide.batches = 3000;
    wide.budgetChangeAt = 1500;
    const Scene scenes[]
        = {{QStringLiteral("zoomed"), test::scriptedRecording(many), true, true},
           {QStringLiteral("all"), test::scriptedRecording(many), false, false},
           {QStringLiteral("tiny"), test::scriptedRecording(tiny), false, true},
           {QStringLiteral("long"), test::scriptedRecording(wide), false, true},
           {QStringLiteral("live"), test::scriptedRecording(many), false, true, true},
           {QStringLiteral("empty"), nullptr, false, false}};
    for (const Scene& scene : scenes)
        for (const ui::ThemeChoice choice : {ui::ThemeChoice::dark, ui::ThemeChoice::light})
            for (const int width : {976, 1296})
                draw(scene, choice, width, folder);
    return 0;
}
