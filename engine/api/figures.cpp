// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/figures.h"

#include "engine/api/copy_counters.h"
#include "engine/api/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sida::api
{

namespace
{

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : kNaN;
}

double milliseconds(double ns)
{
    return ns / 1e6;
}

/// All latencies in order, kept as a long and a short sorted run: a new one costs little, and any rank is
/// found without sorting again.
class SortedLatencies
{
public:
    void add(Nanoseconds value)
    {
        m_short.insert(std::upper_bound(m_short.begin(), m_short.end(), value), value);
        m_sum += static_cast<double>(value);
        if (m_short.size() < kShortRun)
            return;
        const auto middle = static_cast<std::ptrdiff_t>(m_long.size());
        m_long.insert(m_long.end(), m_short.begin(), m_short.end());
        std::inplace_merge(m_long.begin(), m_long.begin() + middle, m_long.end());
        m_short.clear();
    }

    std::size_t size() const { return m_long.size() + m_short.size(); }
    double mean() const { return ratio(m_sum, static_cast<double>(size())); }

    /// Nearest rank: the smallest value that at least `share` of all values do not exceed.
    double quantile(double share) const
    {
        if (size() == 0)
            return kNaN;
        const auto count = static_cast<double>(size());
        // A share such as 0.95 is a little more than 95/100 in binary; 20 values must still give rank 19.
        const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(share * count - 1e-9)));
        return static_cast<double>(ranked(std::min(rank, size())));
    }

private:
    static constexpr std::size_t kShortRun = 2048;

    /// The value of 1-based `rank` in the union of the two runs.
    Nanoseconds ranked(std::size_t rank) const
    {
        std::size_t low = rank > m_long.size() ? rank - m_long.size() : 0;
        std::size_t high = std::min(rank, m_short.size());
        while (low < high) { // how many of the first `rank` values come from the short run
            const std::size_t taken = (low + high) / 2;
            if (m_short[taken] < m_long[rank - taken - 1])
                low = taken + 1;
            else
                high = taken;
        }
        const std::size_t fromLong = rank - low;
        if (low == 0)
            return m_long[fromLong - 1];
        if (fromLong == 0)
            return m_short[low - 1];
        return std::max(m_short[low - 1], m_long[fromLong - 1]);
    }

    std::vector<Nanoseconds> m_long;
    std::vector<Nanoseconds> m_short;
    double m_sum = 0;
};

struct HashSums {
    double tokens = 0;
    double tokenHits = 0;
    double predictedExperts = 0;
    double activeExperts = 0;
    double correctExperts = 0;

    void add(const HashRow& row)
    {
        tokens += row.tokens;
        tokenHits += row.tokenHits;
        predictedExperts += row.predictedExperts;
        activeExperts += row.activeExperts;
        correctExperts += row.correctExperts;
    }
    double hitRate() const { return ratio(tokenHits, tokens); }
    double precision() const { return ratio(correctExperts, predictedExperts); }
    double recall() const { return ratio(correctExperts, activeExperts); }
};

/// What is summed up for each MoE layer.
struct LayerSums {
    LayerFigures figures; ///< those that are plain sums
    HashSums hash;
    double stallNs = 0;
};

} // namespace

struct FigureAccumulator::State {
    explicit State(const RunHeader& header)
        : residentBytes(header.residentBytes)
        , metric(header.metricName)
        , referenceMetric(header.metricName)
        , waste(header.expertsPerLayer)
        , lateness(header.expertsPerLayer)
        , byLayer(header.expertsPerLayer.size())
    {
        for (const int experts : header.expertsPerLayer)
            routed.emplace_back(static_cast<std::size_t>(std::max(experts, 0)));
        predicted = routed;
    }

    void add(const BatchRow& row);
    void add(const UseRow& row);
    void add(const TransferRow& row);
    void add(const StallRow& row);
    void add(const MemoryRow& row);
    void add(const BudgetRow& row);
    void add(const PrefetchSwitchRow& row);
    void add(const HashRow& row);
    void add(const HashBuildRow& row);
    void add(const SampleRow& row);
    void budgetAt(Nanoseconds time, std::uint64_t bytes);

    std::uint64_t residentBytes;
    Figures sums; ///< the figures that are plain sums; ratios are formed when asked for
    SortedLatencies latencies;
    Nanoseconds firstBegin = std::numeric_limits<Nanoseconds>::max();
    Nanoseconds lastEnd = std::numeric_limits<Nanoseconds>::min();
    Nanoseconds budgetTime = std::numeric_limits<Nanoseconds>::min();
    std::uint64_t withoutTable = 0; ///< batches
    double predictionNs = 0;
    double transferNs = 0; // sums are doubles: times of a damaged file must not overflow
    std::array<double, kStallCauses> stallNs{};
    std::uint64_t compared = 0;
    std::uint64_t equalToReference = 0;
    MetricAccumulator metric;
    MetricAccumulator referenceMetric;
    HashSums hash; ///< of all layers
    LayerSums* layerOf(std::uint16_t layer) { return layer < byLayer.size() ? &byLayer[layer] : nullptr; }
    LayerFigures figuresOf(std::size_t layer) const;

    WasteCounter waste;
    LatenessCounter lateness;
    std::vector<LayerSums> byLayer;
    std::vector<std::vector<std::uint64_t>> routed;
    std::vector<std::vector<std::uint64_t>> predicted;
};

void FigureAccumulator::State::add(const BatchRow& row)
{
    withoutTable += row.tableReady < 0 ? 1 : 0;
    ++sums.batches;
    sums.samples += row.samples;
    sums.tokens += row.tokens;
    latencies.add(row.end - row.begin);
    firstBegin = std::min(firstBegin, row.begin);
    lastEnd = std::max(lastEnd, row.end);
}

void FigureAccumulator::State::add(const UseRow& row)
{
    if (row.routed > 0) {
        const auto outcome = static_cast<std::size_t>(row.outcome);
        LayerSums* layer = layerOf(row.key.layer);
        ++sums.uses;
        if (layer)
            ++layer->figures.uses;
        if (outcome < kOutcomes) {
            ++sums.outcomes[outcome];
            if (layer)
                ++layer->figures.outcomes[outcome];
        }
    }
    if (row.key.layer >= routed.size() || row.key.expert >= routed[row.key.layer].size())
        return;
    routed[row.key.layer][row.key.expert] += row.routed;
    predicted[row.key.layer][row.key.expert] += row.predicted;
}

void FigureAccumulator::State::add(const TransferRow& row)
{
    ++sums.transfers;
    sums.transferBytes += row.bytes;
    if (row.kind == TransferKind::prefetch)
        sums.prefetchedBytes += row.bytes;
    transferNs += static_cast<double>(row.end - row.begin);
    if (LayerSums* layer = layerOf(row.key.layer)) {
        ++layer->figures.transfers;
        layer->figures.transferBytes += row.bytes;
    }
}

void FigureAccumulator::State::add(const StallRow& row)
{
    if (static_cast<std::size_t>(row.cause) < kStallCauses)
        stallNs[static_cast<std::size_t>(row.cause)] += static_cast<double>(row.end - row.begin);
    if (LayerSums* layer = layerOf(row.key.layer))
        layer->stallNs += static_cast<double>(row.end - row.begin);
}

void FigureAccumulator::State::budgetAt(Nanoseconds time, std::uint64_t bytes)
{
    if (time < budgetTime)
        return;
    budgetTime = time;
    sums.budgetBytes = bytes;
}

void FigureAccumulator::State::add(const MemoryRow& row)
{
    const std::uint64_t total = std::accumulate(row.bytes.begin(), row.bytes.end(), std::uint64_t{0});
    if (total > sums.peakBytes) {
        sums.peakBytes = total;
        sums.peakByPurpose = row.bytes;
    }
    budgetAt(row.time, row.budget);
}

void FigureAccumulator::State::add(const BudgetRow& row)
{
    if (row.accepted)
        budgetAt(row.time, row.to);
}

void FigureAccumulator::State::add(const PrefetchSwitchRow& row)
{
    auto& off = sums.prefetchOffLayers;
    const auto place = std::lower_bound(off.begin(), off.end(), row.layer);
    const bool isOff = place != off.end() && *place == row.layer;
    if (row.on && isOff)
        off.erase(place);
    if (!row.on && !isOff)
        off.insert(place, row.layer);
}

void FigureAccumulator::State::add(const HashRow& row)
{
    sums.hasHash = true;
    hash.add(row);
    if (LayerSums* layer = layerOf(row.layer))
        layer->hash.add(row);
}

void FigureAccumulator::State::add(const HashBuildRow& row)
{
    predictionNs += static_cast<double>(row.end) - static_cast<double>(row.begin);
}

void FigureAccumulator::State::add(const SampleRow& row)
{
    if (row.reference >= 0) {
        ++compared;
        equalToReference += row.prediction == row.reference ? 1 : 0;
        referenceMetric.addAnswer(row.label, row.reference);
    }
    metric.addAnswer(row.label, row.prediction);
    metric.addLoss(row.loss, row.scored);
}

LayerFigures FigureAccumulator::State::figuresOf(std::size_t layer) const
{
    const LayerSums& from = byLayer[layer];
    LayerFigures figures = from.figures;
    figures.hashHitRate = from.hash.hitRate();
    figures.precision = from.hash.precision();
    figures.recall = from.hash.recall();
    figures.wastedBytes = waste.bytes(layer);
    figures.stallMs = milliseconds(from.stallNs);
    const LatenessCounter::Sum& late = lateness.of(layer);
    figures.latenessMeanMs = milliseconds(ratio(late.ns, static_cast<double>(late.count)));
    figures.latenessMaxMs = late.count > 0 ? milliseconds(late.mostNs) : kNaN;
    return figures;
}

FigureAccumulator::FigureAccumulator(const RunHeader& header)
    : m_state(std::make_unique<State>(header))
{
}
FigureAccumulator::~FigureAccumulator() = default;
FigureAccumulator::FigureAccumulator(FigureAccumulator&&) noexcept = default;
FigureAccumulator& FigureAccumulator::operator=(FigureAccumulator&&) noexcept = default;

void FigureAccumulator::add(const RecordingChunk& chunk)
{
    const auto addAll = [this](const auto& rows) {
        for (const auto& row : rows)
            m_state->add(row);
    };
    addAll(chunk.batches);
    addAll(chunk.uses);
    addAll(chunk.transfers);
    addAll(chunk.stalls);
    addAll(chunk.memory);
    addAll(chunk.budgets);
    addAll(chunk.prefetchSwitches);
    addAll(chunk.hash);
    addAll(chunk.hashBuilds);
    addAll(chunk.samples);
    m_state->waste.add(chunk.transfers, chunk.evictions);
    m_state->lateness.add(chunk);
    m_state->sums.droppedEvents = chunk.droppedEvents;
}

Figures FigureAccumulator::figures() const
{
    const State& state = *m_state;
    Figures figures = state.sums;
    if (figures.batches > 0)
        figures.seconds = static_cast<double>(state.lastEnd - state.firstBegin) / 1e9;
    figures.samplesPerSecond = ratio(static_cast<double>(figures.samples), figures.seconds);
    figures.tokensPerSecond = ratio(static_cast<double>(figures.tokens), figures.seconds);
    figures.latencyP50Ms = milliseconds(state.latencies.quantile(0.50));
    figures.latencyP95Ms = milliseconds(state.latencies.quantile(0.95));
    figures.latencyP99Ms = milliseconds(state.latencies.quantile(0.99));
    figures.latencyMeanMs = milliseconds(state.latencies.mean());
    figures.metric = state.metric.value();
    if (state.compared > 0)
        figures.equalOutputs
            = static_cast<double>(state.equalToReference) / static_cast<double>(state.compared);
    if (state.compared > 0 && state.metric.counted() == state.compared) {
        figures.referenceMetric = state.referenceMetric.value();
        if (figures.referenceMetric.value_or(0) > 0)
            figures.fidelity = *figures.metric / *figures.referenceMetric;
    }
    figures.saving = figures.peakBytes > 0
        ? 1 - ratio(static_cast<double>(figures.peakBytes), static_cast<double>(state.residentBytes))
        : kNaN;
    for (std::size_t layer = 0; layer < state.byLayer.size(); ++layer) {
        figures.byLayer.push_back(state.figuresOf(layer));
        figures.wastedBytes += figures.byLayer.back().wastedBytes;
    }
    figures.transferSeconds = state.transferNs / 1e9;
    for (std::size_t cause = 0; cause < kStallCauses; ++cause) {
        figures.stallMsByCause[cause] = milliseconds(state.stallNs[cause]);
        figures.stallMs += figures.stallMsByCause[cause];
    }
    figures.hashHitRate = state.hash.hitRate();
    figures.precision = state.hash.precision();
    figures.recall = state.hash.recall();
    figures.unpredictedBatches = figures.hasHash ? state.withoutTable : 0;
    figures.predictionSeconds = state.predictionNs / 1e9;
    return figures;
}

const std::vector<std::vector<std::uint64_t>>& FigureAccumulator::routed() const
{
    return m_state->routed;
}
const std::vector<std::vector<std::uint64_t>>& FigureAccumulator::predicted() const
{
    return m_state->predicted;
}

Figures computeFigures(const Recording& recording)
{
    FigureAccumulator accumulator(recording.header);
    accumulator.add(recording.rows);
    return accumulator.figures();
}

double hitRate(const Figures& figures)
{
    const auto hits = figures.outcomes[static_cast<std::size_t>(Outcome::hit)];
    return ratio(static_cast<double>(hits), static_cast<double>(figures.uses));
}

} // namespace sida::api
