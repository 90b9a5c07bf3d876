// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_panel.h"

#include "ui/host/text.h"
#include "ui/run/part_texts.h"
#include "ui/shell/studio.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace sida::ui
{

namespace
{

constexpr Nanoseconds kRecent = 5'000'000'000;

QString rank(const std::vector<Nanoseconds>& sorted, double share)
{
    const auto index = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return toText(units::formatDuration(sorted[std::clamp<std::size_t>(index, 1, sorted.size()) - 1]));
}

/// "last 5 s: 140 samples/s, p50 7.11 ms, p95 7.62 ms"
QString recentFigures(const RecordingModel& recording)
{
    const Nanoseconds end = recording.extent().end;
    const auto batches = recording.batches({std::max<Nanoseconds>(0, end - kRecent), end});
    if (batches.empty())
        return {};
    std::uint64_t samples = 0;
    std::vector<Nanoseconds> latencies;
    for (const api::BatchRow& batch : batches) {
        samples += batch.samples;
        latencies.push_back(batch.end - batch.begin);
    }
    std::ranges::sort(latencies);
    const double seconds = static_cast<double>(batches.back().end - batches.front().begin) / 1e9;
    return StatusPanel::tr("last 5 s: %1 samples/s, p50 %2, p95 %3")
        .arg(
            toText(units::formatNumber(seconds > 0 ? static_cast<double>(samples) / seconds : 0)),
            rank(latencies, 0.5), rank(latencies, 0.95));
}

/// An estimate has no tenths.
QString leftText(double seconds)
{
    const auto whole = std::llround(seconds);
    return whole < 100 ? StatusPanel::tr("%1 s").arg(countText(static_cast<std::uint64_t>(whole)))
                       : toText(units::formatDuration(whole * 1'000'000'000));
}

QString wholeFigures(const api::Figures& figures)
{
    return StatusPanel::tr("%1 samples/s, p50 %2, p95 %3")
        .arg(
            toText(units::formatNumber(figures.samplesPerSecond)),
            toText(units::formatDuration(std::llround(figures.latencyP50Ms * 1e6))),
            toText(units::formatDuration(std::llround(figures.latencyP95Ms * 1e6))));
}

} // namespace

StatusPanel::StatusPanel(Studio* studio, QWidget* parent)
    : QWidget(parent)
    , m_studio(studio)
    , m_state(new QLabel)
    , m_bar(new QProgressBar)
    , m_progress(new QLabel)
    , m_figures(new QLabel)
    , m_device(new QLabel)
    , m_session(new QLabel)
{
    m_bar->setFixedSize(160, 8);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_session->setProperty("role", QStringLiteral("secondary"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 0, 16, 0);
    row->setSpacing(12);
    row->addWidget(m_state);
    row->addWidget(m_bar);
    row->addWidget(m_progress);
    row->addSpacing(24);
    row->addWidget(m_figures);
    row->addStretch(1);
    row->addWidget(m_device);
    row->addSpacing(12);
    row->addWidget(m_session);
    for (QLabel* label : {m_progress, m_figures, m_device, m_session})
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);

    connect(m_studio, &Studio::activityChanged, this, &StatusPanel::refresh);
    connect(m_studio, &Studio::recordingChanged, this, &StatusPanel::refresh);
    connect(m_studio, &Studio::progressed, this, &StatusPanel::refreshProgress);
    connect(m_studio, &Studio::figuresChanged, this, &StatusPanel::refreshFigures);
    connect(&m_studio->nextRun(), &NextRun::changed, this, &StatusPanel::refresh);
    refresh();
}

void StatusPanel::refresh()
{
    m_state->setText(stateText());
    const QString path = m_studio->sessionPath();
    m_session->setText(sessionText());
    m_session->setToolTip(path);
    refreshProgress();
    refreshFigures();
    refreshDevice();
}

QString StatusPanel::stateText() const
{
    switch (m_studio->activity()) {
    case Activity::loading:
        return tr("Loading");
    case Activity::starting:
        return tr("Starting");
    case Activity::running:
        return tr("Running");
    case Activity::training:
        return tr("Training");
    case Activity::evaluating:
        return tr("Evaluating");
    case Activity::stopping:
        return tr("Stopping...");
    case Activity::closing:
        return tr("Stopping before the window closes...");
    case Activity::idle:
        break;
    }
    if (m_studio->recording().hasRun()) {
        switch (m_studio->recordingState()) {
        case api::RecordingState::failed:
            return tr("Failed");
        case api::RecordingState::stopped:
            return tr("Stopped");
        case api::RecordingState::recovered:
            return tr("Recovered session");
        case api::RecordingState::complete:
            return tr("Complete");
        case api::RecordingState::running:
            break;
        }
    }
    const QString blocker = m_studio->nextRun().blocker();
    return blocker.isEmpty() ? tr("Ready to start")
                             : tr("Ready; %1").arg(blocker.left(1).toLower() + blocker.mid(1));
}

QString StatusPanel::progressText() const
{
    const auto& progress = m_studio->progress();
    if (!progress || m_studio->activity() == Activity::idle)
        return {};
    const bool running
        = m_studio->activity() == Activity::running || m_studio->activity() == Activity::stopping;
    QString text = running ? tr("batch") : toText(progress->stage);
    if (progress->total > 0)
        text += tr(" %1 of %2").arg(countText(progress->done), countText(progress->total));
    if (progress->secondsLeft >= 0)
        text += tr(", %1 left").arg(leftText(progress->secondsLeft));
    return text;
}

QString StatusPanel::sessionText() const
{
    const QString path = m_studio->sessionPath();
    return path.isEmpty() ? QString() : QFileInfo(path).fileName();
}

void StatusPanel::refreshProgress()
{
    const auto& progress = m_studio->progress();
    const bool busy = m_studio->activity() != Activity::idle;
    m_bar->setVisible(busy);
    if (progress && progress->total > 0) {
        m_bar->setRange(0, 1000);
        m_bar->setValue(static_cast<int>(
            1000.0 * static_cast<double>(progress->done) / static_cast<double>(progress->total)));
    } else {
        m_bar->setRange(0, 0);
    }
    m_progress->setText(progressText());
    m_progress->setVisible(busy);
}

void StatusPanel::refreshFigures()
{
    if (!m_studio->figures()) {
        m_figures->clear();
        return;
    }
    QString text = m_studio->activity() == Activity::running ? recentFigures(m_studio->recording())
                                                             : wholeFigures(*m_studio->figures());
    if (const std::uint64_t dropped = m_studio->figures()->droppedEvents)
        text += tr("; %1 events dropped").arg(countText(dropped));
    m_figures->setText(text);
}

void StatusPanel::refreshDevice()
{
    const api::DeviceInfo* device = m_studio->nextRun().device();
    m_device->setText(
        device ? tr("%1, %2 of %3 free")
                     .arg(
                         toText(api::name(device->kind)), bytesText(device->freeBytes),
                         bytesText(device->totalBytes))
               : tr("%1, not measured yet").arg(toText(api::name(m_studio->nextRun().options().device))));
    m_device->setToolTip(device ? texts::device(*device) : QString());
}

} // namespace sida::ui
