// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/batch_focus.h"

#include <algorithm>

namespace sida::ui
{

BatchFocus::BatchFocus(RecordingModel* model, TimeAxis* axis, QObject* parent)
    : QObject(parent)
    , m_model(model)
    , m_axis(axis)
{
    axis->track(model);
    connect(axis, &TimeAxis::batchChanged, this, &BatchFocus::tell);
    connect(model, &RecordingModel::resetDone, this, &BatchFocus::tell);
    // Rows about a batch may come after the batch; what is told long ago does not change any more.
    connect(model, &RecordingModel::appended, this, [this] {
        if (m_axis->batch() && (!m_story || m_model->rows().batches.back().batch < m_story->batch.batch + 16))
            tell();
    });
    tell();
}

void BatchFocus::tell()
{
    const std::int64_t before = m_story ? std::int64_t{m_story->batch.batch} : -1;
    m_story = m_axis->batch() ? tellBatch(*m_model, *m_axis->batch()) : std::nullopt;
    const bool same = m_story && before == std::int64_t{m_story->batch.batch};
    if (m_story && !same) {
        m_layer = m_story->slowestLayer();
        m_expert.reset();
    }
    tellLayer();
    Q_EMIT changed();
}

void BatchFocus::tellLayer()
{
    m_lives.clear();
    if (!m_story)
        return;
    const api::BatchRow& batch = m_story->batch;
    const Nanoseconds margin = m_story->length();
    const Nanoseconds early = batch.tableReady >= 0 ? std::min(batch.tableReady, batch.begin) : batch.begin;
    m_stretch = {std::max<Nanoseconds>(0, early - margin), batch.end + margin};
    m_lives = tellExperts(*m_model, *m_story, m_layer, m_stretch);
    const bool gone = m_expert && std::none_of(m_lives.begin(), m_lives.end(), [this](const auto& life) {
                          return life.key.expert == *m_expert;
                      });
    if (gone)
        m_expert.reset();
}

const ExpertLife* BatchFocus::life() const
{
    for (const ExpertLife& life : m_lives)
        if (m_expert && life.key.expert == *m_expert)
            return &life;
    return nullptr;
}

void BatchFocus::selectLayer(std::uint16_t layer)
{
    if (m_layer == layer)
        return;
    m_layer = layer;
    m_expert.reset();
    tellLayer();
    Q_EMIT changed();
}

void BatchFocus::selectExpert(std::optional<std::uint16_t> expert)
{
    if (m_expert == expert)
        return;
    m_expert = expert;
    Q_EMIT expertChanged();
}

} // namespace sida::ui
