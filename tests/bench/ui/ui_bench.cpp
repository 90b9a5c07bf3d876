// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Usage: ui_bench [open|live]. Offscreen, raster. `open`: a recording of 5 million samples and 1 million
// transfers that is in memory already, from handing it to the window until every view is painted; then frames
// while panning and zooming. `live`: 10,000 events a second for ten seconds, and what the GUI thread takes of
// a core. One line of figures each.
#include "engine/api/figures.h"
#include "tests/bench/ui/large_recording.h"
#include "ui/batch/life_view.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/models/recording_model.h"
#include "ui/run/next_run.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/resource.h>

using namespace sida;

namespace
{

struct Window {
    Window()
        : workbench(&run, &model, &axis)
    {
        ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
        workbench.resize(1600, 960);
        workbench.show();
        QCoreApplication::processEvents();
    }
    /// All views take in what changed and paint it, now.
    void paint()
    {
        for (const ui::Workbench::View& view : workbench.views()) {
            if (auto* time = qobject_cast<ui::TimeView*>(view.widget); time && time->isVisible())
                time->flush();
            if (auto* heatmap = qobject_cast<ui::HeatmapView*>(view.widget); heatmap && heatmap->isVisible())
                heatmap->flush();
        }
        // What asked to be painted is painted into the window's memory, as on a screen.
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    }
    ui::NextRun run;
    ui::RecordingModel model;
    ui::TimeAxis axis;
    ui::Workbench workbench;
};

double threadSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double mebibytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

double rank(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values[std::min(
        values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

/// Beside the clock's time the processor time of the GUI thread: what a machine with a free core would show.
void report(const char* name, const std::vector<double>& frames, const std::vector<double>& busy)
{
    std::printf(
        "%-28s frames %3zu  p50 %6.2f  p95 %6.2f  longest %6.2f ms;  processor time p50 %6.2f  p95 %6.2f "
        "ms\n",
        name, frames.size(), rank(frames, 0.5), rank(frames, 0.95),
        *std::max_element(frames.begin(), frames.end()), rank(busy, 0.5), rank(busy, 0.95));
}

template <typename Step>
void measure(Window& window, const char* name, int frames, Step step)
{
    std::vector<double> times;
    std::vector<double> busy;
    for (int frame = 0; frame < frames; ++frame) {
        QElapsedTimer timer;
        timer.start();
        const double before = threadSeconds();
        step(frame);
        window.paint();
        busy.push_back(1e3 * (threadSeconds() - before));
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    report(name, times, busy);
}

void openAndMove()
{
    const bench::LargeScript script;
    auto recording = std::make_shared<api::Recording>();
    recording->header = bench::largeHeader(script);
    recording->rows = bench::largeRows(script, 0, script.batches);
    const double before = mebibytes();
    Window window;
    QElapsedTimer timer;
    timer.start();
    window.model.setRecording(recording);
    const double indexed = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    window.paint();
    const double shown = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    std::printf(
        "%zu samples, %zu transfers: indexed after %.0f ms, first picture after %.0f ms; the rows take %.0f "
        "MiB, "
        "with the window %.0f MiB\n",
        recording->rows.samples.size(), recording->rows.transfers.size(), indexed, shown, before,
        mebibytes());
    ui::TimeAxis& axis = window.axis;
    const Nanoseconds middle = axis.extent().begin + axis.extent().width() / 2;
    measure(window, "zooming in, second to us", 60, [&](int) { axis.zoomAt(middle, 0.75); });
    measure(window, "zooming out", 60, [&](int) { axis.zoomAt(middle, 1 / 0.75); });
    for (const double share : {0.5, 0.05, 0.001, 0.00001}) {
        const auto width = static_cast<Nanoseconds>(static_cast<double>(axis.extent().width()) * share);
        axis.setVisible({middle - width / 2, middle + width / 2});
        char name[64];
        std::snprintf(name, sizeof name, "panning, %g of the run", share);
        measure(window, name, 60, [&](int) { axis.pan(width / 50); });
    }
    std::printf("peak memory %.0f MiB\n", mebibytes());
}

std::size_t eventsIn(const api::RecordingChunk& rows)
{
    return rows.batches.size() + rows.layers.size() + rows.uses.size() + rows.transfers.size()
        + rows.evictions.size() + rows.stalls.size() + rows.memory.size() + rows.hash.size()
        + rows.hashBuilds.size() + rows.samples.size();
}

void live()
{
    constexpr int kTickMs = 100;
    constexpr int kSeconds = 10;
    constexpr double kEventsPerSecond = 10'000;
    bench::LargeScript script;
    script.samplesPerBatch = 1;
    Window window;
    const api::RunHeader header = bench::largeHeader(script);
    window.model.reset(header);
    api::FigureAccumulator figures(header);
    std::uint32_t next = 0;
    std::size_t events = 0;
    auto feed = [&](double wanted) {
        const std::uint32_t first = next;
        const std::size_t each = eventsIn(bench::largeRows(script, next, next + 1));
        next += std::max<std::uint32_t>(
            1, static_cast<std::uint32_t>(wanted / static_cast<double>(each) + 0.5));
        auto chunk = std::make_shared<api::RecordingChunk>(bench::largeRows(script, first, next));
        events += eventsIn(*chunk);
        window.model.append(chunk);
        figures.add(*chunk);
        window.workbench.summary()->setFigures(window.model, figures.figures());
    };
    for (int second = 0; second < 60; ++second) // a minute has gone by
        feed(kEventsPerSecond);
    QCoreApplication::processEvents();
    events = 0;
    double making = 0; // what this program itself takes to make the rows
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        const double before = threadSeconds();
        bench::largeRows(script, next, next + 28);
        making += threadSeconds() - before;
        feed(kEventsPerSecond * kTickMs / 1000);
    });
    timer.start(kTickMs);
    QTimer::singleShot(kSeconds * 1000, &timer, &QCoreApplication::quit);
    QElapsedTimer wall;
    wall.start();
    const double before = threadSeconds();
    QApplication::exec();
    const double seconds = static_cast<double>(wall.nsecsElapsed()) / 1e9;
    const double busy = threadSeconds() - before - 2 * making;
    std::printf(
        "live: %.0f events/s for %.1f s; the GUI thread took %.1f %% of a core (rows were made in %.1f %%)\n",
        static_cast<double>(events) / seconds, seconds, 100 * busy / seconds, 100 * making / seconds);
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const bool all = argc < 2;
    if (all || std::strcmp(argv[1], "open") == 0)
        openAndMove();
    if (all || std::strcmp(argv[1], "live") == 0)
        live();
    return 0;
}
