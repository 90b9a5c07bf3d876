// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/time_axis.h"

#include "ui/models/recording_model.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

// Turns of the wheel that follow each other this closely are one thing to undo.
constexpr qint64 kSameGestureMs = 600;
constexpr std::size_t kLongestHistory = 100;

} // namespace

TimeAxis::TimeAxis(QObject* parent)
    : QObject(parent)
{
}

void TimeAxis::track(const RecordingModel* model)
{
    if (model == m_model)
        return;
    if (m_model)
        m_model->disconnect(this);
    m_model = model;
    connect(model, &RecordingModel::resetDone, this, [this] {
        forgetView();
        setExtent(m_model->extent());
        Q_EMIT selectionChanged();
        Q_EMIT hoverChanged();
        Q_EMIT batchChanged();
        Q_EMIT expertChanged();
        Q_EMIT followChanged();
        Q_EMIT historyChanged();
    });
    connect(model, &RecordingModel::appended, this, [this] { setExtent(m_model->extent()); });
    connect(model, &QObject::destroyed, this, [this] { m_model = nullptr; });
    setExtent(model->extent());
}

void TimeAxis::forgetView()
{
    m_undo.clear();
    m_redo.clear();
    m_selection.reset();
    m_hover.reset();
    m_batch.reset();
    m_expert.reset();
    m_follow = true;
    m_visible = {};
    m_extent = {};
}

Nanoseconds TimeAxis::cursor() const
{
    if (m_hover)
        return *m_hover;
    if (m_selection)
        return m_selection->begin;
    if (const api::BatchRow* row = m_model && m_batch ? m_model->batch(*m_batch) : nullptr)
        return row->begin;
    return m_visible.begin + m_visible.width() / 2;
}

TimeRange TimeAxis::clamped(TimeRange range) const
{
    const Nanoseconds smallest = std::min(kSmallestWidth, m_extent.width());
    const Nanoseconds width = std::clamp(range.width(), smallest, m_extent.width());
    const Nanoseconds begin = std::clamp(range.begin, m_extent.begin, m_extent.end - width);
    return {begin, begin + width};
}

void TimeAxis::setExtent(TimeRange extent)
{
    extent.end = std::max(extent.begin, extent.end);
    if (extent == m_extent)
        return;
    const bool sawAll = m_visible == m_extent;
    m_extent = extent;
    Q_EMIT extentChanged();
    if (m_follow && sawAll)
        show(extent);
    else if (m_follow)
        show({extent.end - m_visible.width(), extent.end});
    else
        show(m_visible);
}

void TimeAxis::show(TimeRange range)
{
    const TimeRange next = clamped(range);
    if (next == m_visible)
        return;
    m_visible = next;
    Q_EMIT visibleChanged();
}

void TimeAxis::remember(Step step)
{
    const bool sameGesture = step != Step::jump && step == m_lastStep && m_sinceStep.isValid()
        && m_sinceStep.elapsed() < kSameGestureMs;
    m_lastStep = step;
    m_sinceStep.start();
    if (sameGesture && !m_undo.empty())
        return;
    m_undo.push_back({m_visible, m_expert});
    if (m_undo.size() > kLongestHistory)
        m_undo.erase(m_undo.begin());
    m_redo.clear();
    Q_EMIT historyChanged();
}

void TimeAxis::leaveLiveEdge()
{
    if (m_follow && m_visible.end < m_extent.end)
        setFollowLive(false);
}

void TimeAxis::setVisible(TimeRange range)
{
    if (clamped(range) == m_visible)
        return;
    remember(Step::jump);
    show(range);
    leaveLiveEdge();
}

void TimeAxis::resizeTo(TimeRange range)
{
    if (clamped(range) == m_visible)
        return;
    remember(Step::zoom);
    show(range);
    leaveLiveEdge();
}

void TimeAxis::zoomAt(Nanoseconds time, double factor)
{
    if (m_extent.width() <= 0 || !(factor > 0))
        return;
    const double width = static_cast<double>(m_visible.width());
    const double limited = std::clamp(
        width * factor, static_cast<double>(std::min(kSmallestWidth, m_extent.width())),
        static_cast<double>(m_extent.width()));
    const double share = width > 0 ? static_cast<double>(time - m_visible.begin) / width : 0.5;
    const Nanoseconds begin = time - std::llround(share * limited);
    const TimeRange next = clamped({begin, begin + std::llround(limited)});
    if (next == m_visible)
        return;
    remember(Step::zoom);
    show(next);
    leaveLiveEdge();
}

void TimeAxis::pan(Nanoseconds delta)
{
    const TimeRange next = clamped({m_visible.begin + delta, m_visible.end + delta});
    if (next == m_visible)
        return;
    remember(Step::pan);
    show(next);
    leaveLiveEdge();
}

void TimeAxis::fitAll()
{
    setVisible(m_extent);
}

void TimeAxis::fitSelection()
{
    if (m_selection)
        return setVisible(*m_selection);
    const api::BatchRow* row = m_batch && m_model ? m_model->batch(*m_batch) : nullptr;
    if (row)
        setVisible({row->begin, row->end});
}

void TimeAxis::setSelection(TimeRange range)
{
    if (range.begin > range.end)
        std::swap(range.begin, range.end);
    range.begin = std::clamp(range.begin, m_extent.begin, m_extent.end);
    range.end = std::clamp(range.end, m_extent.begin, m_extent.end);
    if (m_selection == range)
        return;
    m_selection = range;
    Q_EMIT selectionChanged();
}

void TimeAxis::selectBatch(std::optional<std::uint32_t> batch)
{
    if (m_batch == batch)
        return;
    m_batch = batch;
    Q_EMIT batchChanged();
}

void TimeAxis::filterExpert(std::optional<ExpertKey> expert)
{
    if (m_expert == expert)
        return;
    remember(Step::jump);
    m_expert = expert;
    Q_EMIT expertChanged();
}

void TimeAxis::clear()
{
    if (m_selection) {
        m_selection.reset();
        Q_EMIT selectionChanged();
    } else if (m_expert) {
        filterExpert(std::nullopt);
    } else {
        selectBatch(std::nullopt);
    }
}

void TimeAxis::setHover(std::optional<Nanoseconds> time)
{
    if (time)
        time = std::clamp(*time, m_extent.begin, m_extent.end);
    if (m_hover == time)
        return;
    m_hover = time;
    Q_EMIT hoverChanged();
}

void TimeAxis::setFollowLive(bool follow)
{
    if (m_follow == follow)
        return;
    m_follow = follow;
    if (follow)
        show({m_extent.end - m_visible.width(), m_extent.end});
    Q_EMIT followChanged();
}

void TimeAxis::reveal(TimeRange range)
{
    if (range.begin >= m_visible.begin && range.end <= m_visible.end)
        return;
    const Nanoseconds middle = range.begin + range.width() / 2;
    const Nanoseconds width = std::max(m_visible.width(), range.width());
    setVisible({middle - width / 2, middle - width / 2 + width});
}

void TimeAxis::bringBack(std::vector<View>& from, std::vector<View>& to)
{
    if (from.empty())
        return;
    to.push_back({m_visible, m_expert});
    const View view = from.back();
    from.pop_back();
    m_lastStep = Step::jump;
    show(view.visible);
    leaveLiveEdge();
    if (m_expert != view.expert) {
        m_expert = view.expert;
        Q_EMIT expertChanged();
    }
    Q_EMIT historyChanged();
}

void TimeAxis::undo()
{
    bringBack(m_undo, m_redo);
}

void TimeAxis::redo()
{
    bringBack(m_redo, m_undo);
}

} // namespace sida::ui
