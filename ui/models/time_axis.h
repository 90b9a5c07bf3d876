// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/base/ids.h"

#include <QElapsedTimer>
#include <QObject>

#include <optional>
#include <vector>

namespace sida::ui
{

class RecordingModel;

struct TimeRange {
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    Nanoseconds width() const { return end - begin; }
    bool contains(Nanoseconds time) const { return time >= begin && time <= end; }
    bool operator==(const TimeRange&) const = default;
};

/// The one owner of what part of a run is looked at: visible range, selection, batch, expert, time under the
/// pointer and whether the newest rows are followed. Every view reads it and asks it to change. Undo goes
/// back over ranges and over the expert that was filtered by.
class TimeAxis : public QObject
{
    Q_OBJECT
public:
    explicit TimeAxis(QObject* parent = nullptr);

    /// Takes the extent from the model's rows from now on. The views call it with their model.
    void track(const RecordingModel* model);

    TimeRange extent() const { return m_extent; }
    TimeRange visible() const { return m_visible; }
    const std::optional<TimeRange>& selection() const { return m_selection; }
    const std::optional<Nanoseconds>& hover() const { return m_hover; }
    /// Where a mark is set: under the pointer, else where the selection or the batch that is looked at
    /// begins, else the middle of what is visible.
    Nanoseconds cursor() const;
    /// What range-dependent views show: the selection if there is one, else the visible range.
    TimeRange focus() const { return m_selection.value_or(m_visible); }
    /// The number of the batch that is looked at.
    const std::optional<std::uint32_t>& batch() const { return m_batch; }
    /// Only what concerns this expert is drawn in full.
    const std::optional<ExpertKey>& expert() const { return m_expert; }
    bool followsLive() const { return m_follow; }
    bool canUndo() const { return !m_undo.empty(); }
    bool canRedo() const { return !m_redo.empty(); }

    /// Grows or replaces the span of the data. The visible range follows its end while followsLive().
    void setExtent(TimeRange extent);
    void setVisible(TimeRange range);
    /// Like setVisible, but one of many steps of a gesture that is undone as a whole.
    void resizeTo(TimeRange range);
    /// factor < 1 shows less. The time stays where it is on the screen unless the extent's end is reached.
    void zoomAt(Nanoseconds time, double factor);
    void pan(Nanoseconds delta);
    void fitAll();
    /// The selection, or else the batch that is looked at, fills the views.
    void fitSelection();
    void setSelection(TimeRange range);
    void setHover(std::optional<Nanoseconds> time);
    void setFollowLive(bool follow);
    void selectBatch(std::optional<std::uint32_t> batch);
    void filterExpert(std::optional<ExpertKey> expert);
    bool canClear() const { return m_selection || m_expert || m_batch; }
    /// Forgets the selection; without one the filter, and without that the batch.
    void clear();
    void undo();
    void redo();
    /// Scrolls, without zooming, so that the time can be seen.
    void reveal(TimeRange range);

    static constexpr Nanoseconds kSmallestWidth = 1000;

Q_SIGNALS:
    void extentChanged();
    void visibleChanged();
    void selectionChanged();
    void hoverChanged();
    void batchChanged();
    void expertChanged();
    void followChanged();
    void historyChanged();

private:
    enum class Step { zoom, pan, jump };
    /// What undo brings back.
    struct View {
        TimeRange visible;
        std::optional<ExpertKey> expert;
    };
    TimeRange clamped(TimeRange range) const;
    void remember(Step step);
    void show(TimeRange range);
    void leaveLiveEdge();
    void forgetView();
    void bringBack(std::vector<View>& from, std::vector<View>& to);

    const RecordingModel* m_model = nullptr;
    TimeRange m_extent;
    TimeRange m_visible;
    std::optional<TimeRange> m_selection;
    std::optional<Nanoseconds> m_hover;
    std::optional<std::uint32_t> m_batch;
    std::optional<ExpertKey> m_expert;
    bool m_follow = true;
    std::vector<View> m_undo;
    std::vector<View> m_redo;
    Step m_lastStep = Step::jump;
    QElapsedTimer m_sinceStep;
};

} // namespace sida::ui
