// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/replay/replay_words.h"

#include "ui/host/text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

QString tr(const char* text)
{
    return QCoreApplication::translate("Replay", text);
}

} // namespace

QString measureName(ReplayMeasure measure)
{
    switch (measure) {
    case ReplayMeasure::throughput:
        return tr("Samples per second");
    case ReplayMeasure::hitRate:
        return tr("Hit rate");
    case ReplayMeasure::copied:
        return tr("Bytes copied");
    case ReplayMeasure::stalled:
        return tr("Time stalled");
    }
    return {};
}

double measureOf(const api::ReplayPoint& point, ReplayMeasure measure)
{
    switch (measure) {
    case ReplayMeasure::throughput:
        return point.samplesPerSecond;
    case ReplayMeasure::hitRate:
        return point.hitRate();
    case ReplayMeasure::copied:
        return static_cast<double>(point.bytes);
    case ReplayMeasure::stalled:
        return point.stallSeconds;
    }
    return 0;
}

QString measureText(double value, ReplayMeasure measure)
{
    switch (measure) {
    case ReplayMeasure::throughput:
        return tr("%1 samples/s").arg(toText(units::formatNumber(value)));
    case ReplayMeasure::hitRate:
        return toText(units::formatPercent(value));
    case ReplayMeasure::copied:
        return bytesText(static_cast<std::uint64_t>(std::max(0.0, value)));
    case ReplayMeasure::stalled:
        return toText(units::formatDuration(std::llround(value * 1e9)));
    }
    return {};
}

QString budgetText(std::uint64_t bytes, const api::ReplayResult& result)
{
    if (result.residentBytes == 0)
        return bytesText(bytes);
    const double share = static_cast<double>(bytes) / static_cast<double>(result.residentBytes);
    return tr("%1, %2").arg(bytesText(bytes), toText(units::formatPercent(share)));
}

const api::ReplayCurve* recordedCurve(const api::ReplayResult& result)
{
    const auto found
        = std::find_if(result.curves.begin(), result.curves.end(), [&](const api::ReplayCurve& curve) {
              return curve.configuration == result.recordedConfiguration;
          });
    return found == result.curves.end() ? nullptr : &*found;
}

QString replayVerdict(const api::ReplayResult& result)
{
    const api::ReplayCurve* curve = recordedCurve(result);
    if (curve == nullptr && !result.curves.empty())
        curve = &result.curves.front();
    if (curve == nullptr || curve->points.empty())
        return tr("Nothing could be simulated.");
    const QString name = toText(api::name(curve->configuration));
    const api::ReplayPoint& last = curve->points.back();
    if (curve->knee < 0)
        return tr("With %1 the throughput has no bend: from %2 to %3 samples/s, about as the budget grows.")
            .arg(
                name, toText(units::formatNumber(curve->points.front().samplesPerSecond)),
                toText(units::formatNumber(last.samplesPerSecond)));
    const api::ReplayPoint& knee = curve->points[static_cast<std::size_t>(curve->knee)];
    const double part = last.samplesPerSecond > 0 ? knee.samplesPerSecond / last.samplesPerSecond : 0;
    return tr("With %1 the bend is at %2: %3 of the throughput with %4. More memory buys less beyond it.")
        .arg(
            name, budgetText(knee.budgetBytes, result), toText(units::formatPercent(part)),
            bytesText(last.budgetBytes));
}

} // namespace sida::ui
