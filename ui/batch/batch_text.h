// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/batch_story.h"

#include <QStringList>

/// Why a batch was slow, in sentences. The rules: a batch is called slow from 1.2 times the median of the
/// batches under the same budget; what kept it is the cause of most of its stalls; the bus was full when it
/// copied for nine tenths of the batch.
namespace sida::ui::batchText
{

/// "14.0 ms, 2.0 times the median at this budget"
QString headline(const BatchStory& story);
/// What the batch needed, what was there, what had to come, and what was the limit.
QString reason(const BatchStory& story);
/// What would help against the largest cause.
QString advice(const BatchStory& story);
/// "layer 3: 2.61 ms of waiting, 15 of 24 experts missing"
QString layer(const LayerStory& story);
/// "hit", "late", "unpredicted", "evicted early", "not used".
QString outcome(const ExpertLife& life);
/// Exact figures of one expert, a line each.
QStringList lines(const ExpertLife& life, const LayerStory* layer);
/// All of it as text for the clipboard.
QString whole(const BatchStory& story, const std::vector<ExpertLife>& lives, std::uint16_t layer);

} // namespace sida::ui::batchText
