// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/run_series.h"

#include "engine/report/chart_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace sida::report
{

namespace
{

class Buckets
{
public:
    Buckets(Nanoseconds origin, double width, std::size_t count)
        : m_origin(origin)
        , m_width(width)
        , m_sums(count, 0.0)
    {
    }

    std::size_t indexOf(Nanoseconds time) const
    {
        const double position = std::floor(static_cast<double>(time - m_origin) / m_width);
        return static_cast<std::size_t>(std::clamp(position, 0.0, static_cast<double>(m_sums.size() - 1)));
    }

    /// Spreads `amount` evenly over the time from `begin` to `end`; what lies outside all buckets is dropped.
    void spread(Nanoseconds begin, Nanoseconds end, double amount)
    {
        const std::size_t first = indexOf(begin);
        if (end <= begin) {
            m_sums[first] += amount;
            return;
        }
        const auto from = static_cast<double>(begin - m_origin);
        const auto to = static_cast<double>(end - m_origin);
        for (std::size_t i = first, last = indexOf(end - 1); i <= last; ++i) {
            const double left = std::max(from, m_width * static_cast<double>(i));
            const double right = std::min(to, m_width * static_cast<double>(i + 1));
            m_sums[i] += amount * std::max(0.0, right - left) / (to - from);
        }
    }

    double operator[](std::size_t bucket) const { return m_sums[bucket]; }

private:
    Nanoseconds m_origin;
    double m_width;
    std::vector<double> m_sums;
};

struct UseCount {
    double uses = 0;
    double hits = 0;
};

std::unordered_map<std::uint32_t, UseCount> countUses(const std::vector<api::UseRow>& rows)
{
    std::unordered_map<std::uint32_t, UseCount> counts;
    for (const api::UseRow& row : rows) {
        if (row.routed == 0)
            continue;
        UseCount& count = counts[row.batch];
        count.uses += 1;
        count.hits += row.outcome == api::Outcome::hit ? 1 : 0;
    }
    return counts;
}

} // namespace

RunSeries summariseOverTime(const api::RecordingChunk& rows, std::size_t buckets)
{
    RunSeries series;
    if (rows.batches.empty() || buckets == 0)
        return series;
    Nanoseconds begin = rows.batches.front().begin;
    Nanoseconds end = rows.batches.front().end;
    for (const api::BatchRow& batch : rows.batches) {
        begin = std::min(begin, batch.begin);
        end = std::max(end, batch.end);
    }
    const auto length = static_cast<double>(std::max<Nanoseconds>(end - begin, 1));
    // More means than batches would show nothing but where one batch ends and the next begins.
    buckets = std::min(buckets, rows.batches.size());
    const double width = roundUp(length / static_cast<double>(buckets));
    const auto count = static_cast<std::size_t>(std::max(1.0, std::ceil(length / width - 1e-9)));

    Buckets samples(begin, width, count);
    Buckets bytes(begin, width, count);
    Buckets uses(begin, width, count);
    Buckets hits(begin, width, count);
    const auto usesOfBatch = countUses(rows.uses);
    for (const api::BatchRow& batch : rows.batches) {
        samples.spread(batch.begin, batch.end, batch.samples);
        const auto found = usesOfBatch.find(batch.batch);
        if (found == usesOfBatch.end())
            continue;
        uses.spread(batch.begin, batch.end, found->second.uses);
        hits.spread(batch.begin, batch.end, found->second.hits);
    }
    for (const api::TransferRow& copy : rows.transfers) {
        if (copy.end > begin && copy.begin < end) // copies before the first batch filled the slots
            bytes.spread(copy.begin, copy.end, static_cast<double>(copy.bytes));
    }
    series.origin = begin;
    series.seconds = length / 1e9;
    series.bucketSeconds = width / 1e9;
    for (std::size_t i = 0; i < count; ++i) {
        // The last bucket is cut off where the run ended.
        const double bucketSeconds = std::min(width, length - width * static_cast<double>(i)) / 1e9;
        series.samplesPerSecond.push_back(samples[i] / bucketSeconds);
        series.gigabytesPerSecond.push_back(bytes[i] / 1e9 / bucketSeconds);
        series.hitRate.push_back(uses[i] > 0 ? hits[i] / uses[i] : std::numeric_limits<double>::quiet_NaN());
    }
    return series;
}

} // namespace sida::report
