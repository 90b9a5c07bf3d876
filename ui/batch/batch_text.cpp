// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/batch_text.h"

#include "engine/base/units.h"
#include "ui/timeline/timeline_text.h"
#include "ui/timeline/timeline_view.h"

#include <QCoreApplication>

#include <algorithm>

namespace sida::ui::batchText
{

namespace
{

class Words
{
    Q_DECLARE_TR_FUNCTIONS(BatchText)
};

constexpr double kSlow = 1.2;
constexpr double kFast = 0.8;
constexpr double kFullBus = 0.9;

QString number(double value, int digits = 2)
{
    return QString::fromStdString(units::formatNumber(value, digits));
}

QString count(int value)
{
    return countText(static_cast<std::uint64_t>(std::max(0, value)));
}

double share(Nanoseconds part, Nanoseconds whole)
{
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

QString limit(const BatchStory& story)
{
    if (story.stalled <= 0)
        return Words::tr("It never waited for experts: it computed, or other programs had the processor.");
    const double waited = share(story.stalled, story.length());
    QString text = Words::tr("It waited for experts %1 of its time")
                       .arg(QString::fromStdString(units::formatPercent(waited)));
    const api::StallCause cause = *story.largestCause();
    const double part = share(story.stalledBy[static_cast<std::size_t>(cause)], story.stalled);
    text += part > 0.999 ? Words::tr(", all of it %1").arg(stallText(cause))
                         : Words::tr(", %1 of that %2")
                               .arg(QString::fromStdString(units::formatPercent(part)), stallText(cause));
    if (share(story.busDuring, story.length()) >= kFullBus)
        text += Words::tr("; the bus was full and was the limit");
    return text + QLatin1Char('.');
}

} // namespace

QString headline(const BatchStory& story)
{
    const QString length = durationText(story.length());
    if (story.compared < 2 || story.median <= 0)
        return Words::tr("%1; there is no other batch to compare with").arg(length);
    const double ratio = share(story.length(), story.median);
    if (ratio > kFast && ratio < kSlow)
        return Words::tr("%1, about the median of this budget").arg(length);
    return Words::tr("%1, %2 times the median of this budget").arg(length, number(ratio));
}

QString reason(const BatchStory& story)
{
    QStringList sentences;
    QString needed
        = Words::tr("%1 tokens needed %2 experts").arg(countText(story.batch.tokens), count(story.used));
    if (story.usualExperts > 0)
        needed += Words::tr("; batches nearby need %1").arg(number(story.usualExperts, 3));
    sentences << needed + QLatin1Char('.');
    const int hits = story.outcomes[static_cast<std::size_t>(api::Outcome::hit)];
    if (story.used > 0) {
        QStringList missed;
        const auto add = [&](api::Outcome outcome, const QString& word) {
            if (const int many = story.outcomes[static_cast<std::size_t>(outcome)])
                missed << Words::tr("%1 %2").arg(count(many), word);
        };
        add(api::Outcome::late, Words::tr("late"));
        add(api::Outcome::unpredicted, Words::tr("unpredicted"));
        add(api::Outcome::evictedEarly, Words::tr("evicted early"));
        sentences
            << (missed.isEmpty()
                    ? Words::tr("All of them were there in time.")
                    : Words::tr("There in time: %1; not: %2 (%3).")
                          .arg(count(hits), count(story.used - hits), missed.join(QStringLiteral(", "))));
    }
    sentences << limit(story);
    return sentences.join(QLatin1Char(' '));
}

QString advice(const BatchStory& story)
{
    const auto cause = story.largestCause();
    if (!cause || share(story.stalled, story.length()) < 0.05)
        return {};
    switch (*cause) {
    case api::StallCause::late:
        return Words::tr("The copies came too late: a longer lookahead begins them sooner.");
    case api::StallCause::unpredicted:
        return Words::tr("The predictor did not expect these experts: a better predictor or a larger top-k "
                         "fetches them, a larger budget keeps them.");
    case api::StallCause::evictedEarly:
        return Words::tr("They had been there and made room for others: a larger budget keeps them.");
    case api::StallCause::busSaturated:
        return Words::tr(
            "More was to be copied than the bus carries in that time: a larger budget copies less, "
            "a larger batch shares each copy among more tokens.");
    }
    return {};
}

QString layer(const LayerStory& story)
{
    if (story.stalled <= 0)
        return Words::tr("layer %1: no waiting, %2 experts")
            .arg(QString::number(story.layer), count(story.used));
    return Words::tr("layer %1 waits %2: %3/%4 missing")
        .arg(
            QString::number(story.layer), durationText(story.stalled), count(story.missed),
            count(story.used));
}

QString outcome(const ExpertLife& life)
{
    if (life.routed == 0)
        return Words::tr("predicted, not used");
    switch (life.outcome) {
    case api::Outcome::hit:
        return Words::tr("hit");
    case api::Outcome::late:
        return life.cause == api::StallCause::busSaturated ? Words::tr("late, bus full") : Words::tr("late");
    case api::Outcome::unpredicted:
        return Words::tr("unpredicted");
    case api::Outcome::evictedEarly:
        return Words::tr("evicted early");
    }
    return {};
}

QStringList lines(const ExpertLife& life, const LayerStory* layer)
{
    QStringList text;
    text << Words::tr("Layer %1, expert %2: %3").arg(life.key.layer).arg(life.key.expert).arg(outcome(life));
    text
        << Words::tr("%1 tokens routed, %2 predicted").arg(countText(life.routed), countText(life.predicted));
    const Nanoseconds asked = layer ? layer->range.begin : -1;
    if (life.predictedAt >= 0 && asked >= 0)
        text
            << (life.predictedAt <= asked
                    ? Words::tr("predicted %1 before the layer").arg(durationText(asked - life.predictedAt))
                    : Words::tr("predicted %1 after the layer began")
                          .arg(durationText(life.predictedAt - asked)));
    if (const api::TransferRow* copy = life.arrival()) {
        text << Words::tr("queued for %1, copied in %2")
                    .arg(
                        durationText(std::max<Nanoseconds>(0, copy->begin - copy->queued)),
                        durationText(copy->end - copy->begin));
    } else if (life.routed > 0 && life.outcome == api::Outcome::hit) {
        text << Words::tr("was resident already");
    }
    if (life.waited > 0)
        text << Words::tr("the layer waited %1 for it").arg(durationText(life.waited));
    for (const api::EvictionRow& eviction : life.evictions)
        if (life.usedAt >= 0 && eviction.time < life.usedAt)
            text << Words::tr("evicted %1 before its use").arg(durationText(life.usedAt - eviction.time));
        else if (life.usedAt >= 0)
            text << Words::tr("evicted %1 after its use").arg(durationText(eviction.time - life.usedAt));
        else
            text << Words::tr("evicted without a use");
    return text;
}

QString whole(const BatchStory& story, const std::vector<ExpertLife>& lives, std::uint16_t layerNumber)
{
    QStringList text;
    text << Words::tr("Batch %1: %2").arg(countText(story.batch.batch), headline(story)) << reason(story);
    for (std::size_t i = 0; i < api::kStallCauses; ++i)
        text << stallText(static_cast<api::StallCause>(i)) + QLatin1Char('\t')
                + durationText(story.stalledBy[i]);
    for (const LayerStory& one : story.layers)
        text << layer(one);
    const auto at = std::find_if(story.layers.begin(), story.layers.end(), [&](const LayerStory& one) {
        return one.layer == layerNumber;
    });
    const LayerStory* its = at == story.layers.end() ? nullptr : &*at;
    for (const ExpertLife& life : lives)
        text << lines(life, its).join(QStringLiteral("; "));
    return text.join(QLatin1Char('\n'));
}

} // namespace sida::ui::batchText
