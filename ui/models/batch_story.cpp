// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/batch_story.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace sida::ui
{

namespace
{

constexpr std::ptrdiff_t kNearby = 100; // batches on either side that tell what is usual
constexpr std::size_t kMostCompared = 200'000;

/// The stretch around a time in which the budget stayed the same.
TimeRange sameBudget(const RecordingModel& model, Nanoseconds time)
{
    TimeRange range = model.extent();
    for (const api::BudgetRow& row : model.rows().budgets) {
        if (!row.accepted)
            continue;
        if (row.time <= time)
            range.begin = std::max(range.begin, row.time);
        else
            range.end = std::min(range.end, row.time);
    }
    return range;
}

void compareWithOthers(const RecordingModel& model, BatchStory& story)
{
    const TimeRange range = sameBudget(model, story.batch.begin);
    auto others = model.batches(range);
    if (others.size() > kMostCompared)
        others = others.last(kMostCompared);
    std::vector<Nanoseconds> lengths;
    lengths.reserve(others.size());
    for (const api::BatchRow& row : others)
        if (row.begin >= range.begin)
            lengths.push_back(row.end - row.begin);
    story.compared = lengths.size();
    if (!lengths.empty()) {
        const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() - 1) / 2);
        std::nth_element(lengths.begin(), middle, lengths.end());
        story.median = *middle;
    }
    const auto& all = model.rows().batches;
    const std::ptrdiff_t own = model.batch(story.batch.batch) - all.data();
    const auto first = std::max<std::ptrdiff_t>(0, own - kNearby);
    const auto last = std::min(static_cast<std::ptrdiff_t>(all.size()), own + kNearby + 1);
    double experts = 0;
    for (std::ptrdiff_t i = first; i < last; ++i)
        experts += static_cast<double>(model.series()[static_cast<std::size_t>(i)].experts);
    story.usualExperts = experts / static_cast<double>(std::max<std::ptrdiff_t>(1, last - first));
}

void addLayers(const RecordingModel& model, BatchStory& story)
{
    const auto& all = model.rows().layers;
    auto at = std::partition_point(
        all.begin(), all.end(), [&](const api::LayerRow& row) { return row.end <= story.batch.begin; });
    for (; at != all.end() && at->begin < story.batch.end; ++at)
        if (at->batch == story.batch.batch)
            story.layers.push_back({at->layer, {at->begin, at->end}});
}

LayerStory* layerOf(BatchStory& story, std::uint16_t layer)
{
    const auto at = std::find_if(story.layers.begin(), story.layers.end(), [layer](const LayerStory& row) {
        return row.layer == layer;
    });
    return at == story.layers.end() ? nullptr : &*at;
}

void addUses(const RecordingModel& model, BatchStory& story)
{
    for (const api::UseRow& use : model.usesOf(story.batch.batch)) {
        if (use.routed == 0) {
            ++story.predictedUnused;
            continue;
        }
        ++story.used;
        ++story.outcomes[static_cast<std::size_t>(use.outcome)];
        if (LayerStory* layer = layerOf(story, use.key.layer)) {
            ++layer->used;
            layer->missed += use.outcome != api::Outcome::hit;
        }
    }
}

void addStalls(const RecordingModel& model, BatchStory& story)
{
    for (const api::StallRow& stall : model.stallsOf(story.batch)) {
        const auto cause = static_cast<std::size_t>(stall.cause);
        const Nanoseconds length = stall.end - stall.begin;
        story.stalled += length;
        story.stalledBy[cause] += length;
        if (LayerStory* layer = layerOf(story, stall.key.layer)) {
            layer->stalled += length;
            layer->stalledBy[cause] += length;
        }
    }
}

void addTransfers(const RecordingModel& model, BatchStory& story)
{
    const api::BatchRow& batch = story.batch;
    const Nanoseconds from = batch.tableReady >= 0 ? std::min(batch.tableReady, batch.begin) : batch.begin;
    for (const api::TransferRow& row : model.transfers({from, batch.end})) {
        if (row.end <= batch.begin) {
            story.bytesBefore += row.batch == batch.batch ? row.bytes : 0;
            continue;
        }
        story.bytesDuring += row.bytes;
        story.busDuring += std::min(row.end, batch.end) - std::max(row.begin, batch.begin);
    }
}

/// When the expert was on the device, from what came and went. A hit without a copy had been there before.
std::vector<TimeRange> residence(const ExpertLife& life, TimeRange stretch)
{
    std::vector<std::pair<Nanoseconds, bool>> events; // true = came
    for (const api::TransferRow& copy : life.copies)
        events.emplace_back(copy.end, true);
    for (const api::EvictionRow& eviction : life.evictions)
        events.emplace_back(eviction.time, false);
    std::sort(events.begin(), events.end());
    const bool goesFirst = !events.empty() && !events.front().second;
    const bool wasThere = life.usedAt >= 0 && (events.empty() || events.front().first > life.usedAt);
    std::vector<TimeRange> ranges;
    bool there = goesFirst || wasThere;
    Nanoseconds since = stretch.begin;
    for (const auto& [time, came] : events) {
        if (came && !there)
            since = time;
        if (!came && there)
            ranges.push_back({since, time});
        there = came;
    }
    if (there)
        ranges.push_back({since, stretch.end});
    return ranges;
}

} // namespace

std::uint16_t BatchStory::slowestLayer() const
{
    const auto at
        = std::max_element(layers.begin(), layers.end(), [](const LayerStory& a, const LayerStory& b) {
              return a.stalled < b.stalled;
          });
    return at == layers.end() ? 0 : at->layer;
}

std::optional<api::StallCause> BatchStory::largestCause() const
{
    if (stalled <= 0)
        return std::nullopt;
    const auto most = std::max_element(stalledBy.begin(), stalledBy.end());
    return static_cast<api::StallCause>(most - stalledBy.begin());
}

std::optional<BatchStory> tellBatch(const RecordingModel& model, std::uint32_t batch)
{
    const api::BatchRow* row = model.batch(batch);
    if (!row)
        return std::nullopt;
    BatchStory story;
    story.batch = *row;
    addLayers(model, story);
    addUses(model, story);
    addStalls(model, story);
    addTransfers(model, story);
    compareWithOthers(model, story);
    return story;
}

const api::TransferRow* ExpertLife::arrival() const
{
    const api::TransferRow* last = nullptr;
    for (const api::TransferRow& copy : copies)
        if (usedAt >= 0 && copy.end <= usedAt)
            last = &copy;
    const bool left = last && std::any_of(evictions.begin(), evictions.end(), [&](const auto& eviction) {
                          return eviction.time > last->end && eviction.time <= usedAt;
                      });
    return left ? nullptr : last;
}

std::vector<ExpertLife>
tellExperts(const RecordingModel& model, const BatchStory& story, std::uint16_t layer, TimeRange stretch)
{
    std::map<std::uint16_t, ExpertLife> lives;
    for (const api::UseRow& use : model.usesOf(story.batch.batch)) {
        if (use.key.layer != layer)
            continue;
        ExpertLife& life = lives[use.key.expert];
        life.key = use.key;
        life.routed = use.routed;
        life.predicted = use.predicted;
        life.outcome = use.outcome;
        life.predictedAt = use.predicted > 0 ? story.batch.tableReady : -1;
        life.usedAt = use.routed > 0 ? use.used : -1;
    }
    auto lifeOf = [&](ExpertKey key) -> ExpertLife* {
        const auto at = key.layer == layer ? lives.find(key.expert) : lives.end();
        return at == lives.end() ? nullptr : &at->second;
    };
    for (const api::TransferRow& copy : model.transfers(stretch))
        if (ExpertLife* life = lifeOf(copy.key))
            life->copies.push_back(copy);
    for (const api::EvictionRow& eviction : model.evictions(stretch))
        if (ExpertLife* life = lifeOf(eviction.key))
            life->evictions.push_back(eviction);
    std::map<std::uint16_t, Nanoseconds> longest;
    for (const api::StallRow& stall : model.stallsOf(story.batch)) {
        ExpertLife* life = lifeOf(stall.key);
        if (!life)
            continue;
        life->waited += stall.end - stall.begin;
        Nanoseconds& most = longest[stall.key.expert];
        if (stall.end - stall.begin >= most) {
            most = stall.end - stall.begin;
            life->cause = stall.cause;
        }
    }
    std::vector<ExpertLife> told;
    for (auto& [expert, life] : lives) {
        life.resident = residence(life, stretch);
        told.push_back(std::move(life));
    }
    // What was there first, then what came, then what nobody needed.
    auto rank = [](const ExpertLife& life) {
        const bool late = life.routed > 0 && life.outcome != api::Outcome::hit;
        const api::TransferRow* copy = life.arrival();
        return std::tuple(life.routed == 0 ? 2 : late ? 1 : 0, copy ? copy->end : 0, life.key.expert);
    };
    std::stable_sort(told.begin(), told.end(), [&](const ExpertLife& a, const ExpertLife& b) {
        return rank(a) < rank(b);
    });
    return told;
}

} // namespace sida::ui
