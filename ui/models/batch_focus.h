// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/batch_story.h"

#include <QObject>

namespace sida::ui
{

/// The batch that is looked at, told: what the panel says in words and what the chart of lives draws. One
/// layer of it is looked at closely, and one expert of that layer.
class BatchFocus : public QObject
{
    Q_OBJECT
public:
    BatchFocus(RecordingModel* model, TimeAxis* axis, QObject* parent = nullptr);

    const std::optional<BatchStory>& story() const { return m_story; }
    std::uint16_t layer() const { return m_layer; }
    const std::vector<ExpertLife>& lives() const { return m_lives; }
    const std::optional<std::uint16_t>& expert() const { return m_expert; }
    const ExpertLife* life() const; ///< of expert(); null without one
    /// The stretch in which copies and evictions were looked for.
    TimeRange stretch() const { return m_stretch; }

    void selectLayer(std::uint16_t layer);
    void selectExpert(std::optional<std::uint16_t> expert);

    RecordingModel& model() const { return *m_model; }
    TimeAxis& axis() const { return *m_axis; }

Q_SIGNALS:
    void changed();
    void expertChanged();

private:
    void tell();
    void tellLayer();

    RecordingModel* m_model;
    TimeAxis* m_axis;
    std::optional<BatchStory> m_story;
    std::uint16_t m_layer = 0;
    std::vector<ExpertLife> m_lives;
    std::optional<std::uint16_t> m_expert;
    TimeRange m_stretch;
};

} // namespace sida::ui
