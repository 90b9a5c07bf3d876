// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/compare.h"

#include "engine/api/figures.h"
#include "engine/base/units.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <set>

namespace sida::api
{

namespace
{

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Differences of rounding are none.
constexpr double kNothing = 1e-9;

enum class Direction { more, less, neither };

/// What is compared, in the order in which it is shown.
struct FigureKind {
    std::string_view key;
    std::string_view words;
    FigureUnit unit;
    Direction better;
    bool isCount; ///< grows with the length of the run
    double (*value)(const Figures& figures);
};

double count(std::uint64_t value)
{
    return static_cast<double>(value);
}
double outcomes(const Figures& figures, Outcome outcome)
{
    return count(figures.outcomes[static_cast<std::size_t>(outcome)]);
}
double stalls(const Figures& figures, StallCause cause)
{
    return figures.stallMsByCause[static_cast<std::size_t>(cause)];
}

constexpr FigureKind kFigures[] = {
    {"samples", "samples", FigureUnit::number, Direction::neither, false,
     [](const Figures& f) { return count(f.samples); }},
    {"samples_per_s", "samples per second", FigureUnit::perSecond, Direction::more, false,
     [](const Figures& f) { return f.samplesPerSecond; }},
    {"tokens_per_s", "tokens per second", FigureUnit::perSecond, Direction::more, false,
     [](const Figures& f) { return f.tokensPerSecond; }},
    {"latency_ms.p50", "batch time, median", FigureUnit::milliseconds, Direction::less, false,
     [](const Figures& f) { return f.latencyP50Ms; }},
    {"latency_ms.p95", "batch time, 95th percentile", FigureUnit::milliseconds, Direction::less, false,
     [](const Figures& f) { return f.latencyP95Ms; }},
    {"latency_ms.p99", "batch time, 99th percentile", FigureUnit::milliseconds, Direction::less, false,
     [](const Figures& f) { return f.latencyP99Ms; }},
    {"latency_ms.mean", "batch time, mean", FigureUnit::milliseconds, Direction::less, false,
     [](const Figures& f) { return f.latencyMeanMs; }},
    {"metric", "", FigureUnit::number, Direction::more, false,
     [](const Figures& f) { return f.metric.value_or(kNaN); }},
    {"memory.peak_bytes", "peak device memory", FigureUnit::bytes, Direction::less, false,
     [](const Figures& f) { return count(f.peakBytes); }},
    {"memory.budget_bytes", "budget", FigureUnit::bytes, Direction::neither, false,
     [](const Figures& f) { return count(f.budgetBytes); }},
    {"memory.saving", "memory saved against resident", FigureUnit::share, Direction::more, false,
     [](const Figures& f) { return f.saving; }},
    {"experts.hit_rate", "hit rate", FigureUnit::share, Direction::more, false,
     [](const Figures& f) { return hitRate(f); }},
    {"experts.uses", "uses of experts", FigureUnit::number, Direction::neither, true,
     [](const Figures& f) { return count(f.uses); }},
    {"experts.late", "uses that came late", FigureUnit::number, Direction::less, true,
     [](const Figures& f) { return outcomes(f, Outcome::late); }},
    {"experts.unpredicted", "unpredicted uses", FigureUnit::number, Direction::less, true,
     [](const Figures& f) { return outcomes(f, Outcome::unpredicted); }},
    {"experts.evicted_early", "uses after an early eviction", FigureUnit::number, Direction::less, true,
     [](const Figures& f) { return outcomes(f, Outcome::evictedEarly); }},
    {"transfers.count", "copies", FigureUnit::number, Direction::less, true,
     [](const Figures& f) { return count(f.transfers); }},
    {"transfers.bytes", "bytes copied", FigureUnit::bytes, Direction::less, true,
     [](const Figures& f) { return count(f.transferBytes); }},
    {"transfers.wasted_bytes", "bytes wasted", FigureUnit::bytes, Direction::less, true,
     [](const Figures& f) { return count(f.wastedBytes); }},
    {"stall_ms.total", "stalled", FigureUnit::milliseconds, Direction::less, true,
     [](const Figures& f) { return f.stallMs; }},
    {"stall_ms.late", "stalled: late", FigureUnit::milliseconds, Direction::less, true,
     [](const Figures& f) { return stalls(f, StallCause::late); }},
    {"stall_ms.unpredicted", "stalled: unpredicted", FigureUnit::milliseconds, Direction::less, true,
     [](const Figures& f) { return stalls(f, StallCause::unpredicted); }},
    {"stall_ms.evicted_early", "stalled: evicted early", FigureUnit::milliseconds, Direction::less, true,
     [](const Figures& f) { return stalls(f, StallCause::evictedEarly); }},
    {"stall_ms.bus_saturated", "stalled: bus saturated", FigureUnit::milliseconds, Direction::less, true,
     [](const Figures& f) { return stalls(f, StallCause::busSaturated); }},
    {"hash.hit_rate", "hash-hit rate", FigureUnit::share, Direction::more, false,
     [](const Figures& f) { return f.hasHash ? f.hashHitRate : kNaN; }},
    {"hash.precision", "precision of the predicted sets", FigureUnit::share, Direction::more, false,
     [](const Figures& f) { return f.hasHash ? f.precision : kNaN; }},
    {"hash.recall", "recall of the predicted sets", FigureUnit::share, Direction::more, false,
     [](const Figures& f) { return f.hasHash ? f.recall : kNaN; }},
};

std::string provenanceOf(const Recording& recording, std::string_view key)
{
    for (const auto& [name, value] : recording.header.provenance) {
        if (name == key)
            return value;
    }
    return {};
}

/// Where the passes over the data begin, in batches; one more than there are passes.
std::vector<std::uint32_t> passes(const Recording& recording)
{
    const std::string text = provenanceOf(recording, "repeat");
    std::uint32_t repeats = 0;
    std::from_chars(text.data(), text.data() + text.size(), repeats);
    const std::uint64_t each = repeats > 1 ? recording.header.totalBatches / repeats : 0;
    std::vector<std::uint32_t> begins;
    if (each == 0)
        return begins;
    const std::uint64_t batches = recording.rows.batches.size();
    for (std::uint64_t begin = 0; begin <= batches; begin += each) // a pass that was not finished is none
        begins.push_back(static_cast<std::uint32_t>(begin));
    return begins;
}

/// The rows of the batches from `first` to before `end`.
Recording slice(const Recording& whole, std::uint32_t first, std::uint32_t end)
{
    Recording part;
    part.header = whole.header;
    const auto take = [&](auto RecordingChunk::*rows) {
        for (const auto& row : whole.rows.*rows) {
            if (row.batch >= first && row.batch < end)
                (part.rows.*rows).push_back(row);
        }
    };
    take(&RecordingChunk::batches);
    take(&RecordingChunk::layers);
    take(&RecordingChunk::uses);
    take(&RecordingChunk::transfers);
    take(&RecordingChunk::stalls);
    take(&RecordingChunk::hash);
    take(&RecordingChunk::samples);
    if (part.rows.batches.empty())
        return part;
    const Nanoseconds begin = part.rows.batches.front().begin;
    const Nanoseconds last = part.rows.batches.back().end;
    for (const EvictionRow& row : whole.rows.evictions) {
        if (row.time >= begin && row.time <= last)
            part.rows.evictions.push_back(row);
    }
    std::optional<MemoryRow> before;
    for (const MemoryRow& row : whole.rows.memory) {
        if (row.time < begin)
            before = row;
        else if (row.time <= last)
            part.rows.memory.push_back(row);
    }
    if (before)
        part.rows.memory.insert(part.rows.memory.begin(), *before);
    return part;
}

struct Run {
    const Recording* recording = nullptr;
    Figures figures;
    std::vector<Figures> passes; ///< empty unless there were several
};

Run readRun(const Recording& recording)
{
    Run run{&recording, computeFigures(recording), {}};
    const std::vector<std::uint32_t> begins = passes(recording);
    for (std::size_t i = 0; i + 1 < begins.size(); ++i)
        run.passes.push_back(computeFigures(slice(recording, begins[i], begins[i + 1])));
    if (run.passes.size() < 2)
        run.passes.clear();
    return run;
}

bool isEqual(double a, double b)
{
    return std::abs(a - b) <= kNothing * std::max(std::abs(a), std::abs(b));
}

/// Figures of whole passes can be set beside each other; a peak or a budget of a pass says nothing new.
void addSpread(ComparedFigure::Run& entry, const FigureKind& kind, const Run& run, bool perSample)
{
    entry.least = kNaN;
    entry.most = kNaN;
    for (const Figures& pass : run.passes) {
        double value = kind.value(pass);
        if (kind.isCount)
            value /= perSample ? count(std::max<std::uint64_t>(1, pass.samples))
                               : 1.0 / count(run.passes.size());
        if (std::isnan(value))
            continue;
        entry.least = std::isnan(entry.least) ? value : std::min(entry.least, value);
        entry.most = std::isnan(entry.most) ? value : std::max(entry.most, value);
    }
}

Verdict judge(const ComparedFigure::Run& run, const ComparedFigure::Run& baseline, Direction better)
{
    if (std::isnan(run.value) || std::isnan(baseline.value))
        return std::isnan(run.value) && std::isnan(baseline.value) ? Verdict::same : Verdict::unknown;
    if (isEqual(run.value, baseline.value))
        return Verdict::same;
    // With passes of both, ranges that touch are no difference; a single value lies in the other's range or
    // not.
    const double least = std::isnan(run.least) ? run.value : run.least;
    const double most = std::isnan(run.most) ? run.value : run.most;
    const double baseLeast = std::isnan(baseline.least) ? baseline.value : baseline.least;
    const double baseMost = std::isnan(baseline.most) ? baseline.value : baseline.most;
    if (least <= baseMost && baseLeast <= most)
        return Verdict::withinSpread;
    if (better == Direction::neither)
        return Verdict::different;
    return (run.value > baseline.value) == (better == Direction::more) ? Verdict::better : Verdict::worse;
}

ComparedFigure compareFigure(const FigureKind& kind, const std::vector<Run>& runs, bool perSample)
{
    ComparedFigure figure;
    figure.key = kind.key;
    figure.words = kind.words;
    figure.unit = kind.unit;
    figure.perSample = perSample && kind.isCount;
    Direction better = kind.better;
    if (figure.key == "metric") {
        figure.words = runs.front().recording->header.metricName;
        if (figure.words == "perplexity")
            better = Direction::less;
    }
    for (const Run& run : runs) {
        ComparedFigure::Run& entry = figure.runs.emplace_back();
        entry.value = kind.value(run.figures);
        if (figure.perSample)
            entry.value /= count(std::max<std::uint64_t>(1, run.figures.samples));
        addSpread(entry, kind, run, figure.perSample);
        const ComparedFigure::Run& baseline = figure.runs.front();
        entry.delta = entry.value - baseline.value;
        entry.percent = baseline.value != 0 ? 100 * entry.delta / std::abs(baseline.value) : kNaN;
        entry.verdict = judge(entry, baseline, better);
    }
    return figure;
}

/// Keys that are never the same, and say nothing of a run's settings.
bool isIncidental(const std::string& key)
{
    return key == "created";
}

void compareSettings(Comparison& result, std::span<const NamedRecording> runs)
{
    std::vector<std::string> keys;
    std::set<std::string> known;
    for (const NamedRecording& run : runs) {
        for (const auto& [key, value] : run.recording->header.provenance) {
            if (!isIncidental(key) && known.insert(key).second)
                keys.push_back(key);
        }
    }
    for (const std::string& key : keys) {
        ComparedSetting setting{key, {}};
        for (const NamedRecording& run : runs)
            setting.values.push_back(provenanceOf(*run.recording, key));
        const bool equal
            = std::all_of(setting.values.begin(), setting.values.end(), [&](const std::string& value) {
                  return value == setting.values.front();
              });
        (equal ? result.equal : result.different).push_back(std::move(setting));
    }
}

std::map<std::uint64_t, std::int32_t> answersOf(const Recording& recording)
{
    std::map<std::uint64_t, std::int32_t> answers;
    for (const SampleRow& row : recording.rows.samples) {
        if (row.prediction >= 0)
            answers[row.index] = row.prediction;
    }
    return answers;
}

ComparedAnswers compareAnswers(
    const std::map<std::uint64_t, std::int32_t>& baseline, const std::map<std::uint64_t, std::int32_t>& run)
{
    ComparedAnswers answers;
    for (const auto& [sample, answer] : run) {
        const auto other = baseline.find(sample);
        if (other == baseline.end())
            continue;
        ++answers.samples;
        answers.equal += other->second == answer ? 1 : 0;
    }
    return answers;
}

std::vector<std::vector<std::uint64_t>> routedOf(const Recording& recording)
{
    FigureAccumulator sums(recording.header);
    sums.add(recording.rows);
    return sums.routed();
}

std::vector<LayerDifference> differenceOf(const Recording& baseline, const Recording& run)
{
    std::vector<LayerDifference> layers;
    if (baseline.header.expertsPerLayer != run.header.expertsPerLayer)
        return layers;
    const auto before = routedOf(baseline);
    const auto after = routedOf(run);
    const auto total = [](const std::vector<std::uint64_t>& counts) {
        std::uint64_t sum = 0;
        for (const std::uint64_t tokens : counts)
            sum += tokens;
        return count(std::max<std::uint64_t>(1, sum));
    };
    for (std::size_t layer = 0; layer < before.size(); ++layer) {
        LayerDifference& entry = layers.emplace_back();
        if (layer < run.header.moeLayers.size())
            entry.layer = run.header.moeLayers[layer];
        for (std::size_t expert = 0; expert < before[layer].size(); ++expert)
            entry.shares.push_back(
                count(after[layer][expert]) / total(after[layer])
                - count(before[layer][expert]) / total(before[layer]));
    }
    return layers;
}

void addNotes(Comparison& result, std::span<const NamedRecording> runs)
{
    const auto differs = [&](std::string_view key) {
        return std::any_of(
            result.different.begin(), result.different.end(),
            [&](const ComparedSetting& setting) { return setting.key == key; });
    };
    if (differs("model_identity"))
        result.notes.emplace_back("the models differ");
    if (differs("dataset_identity"))
        result.notes.emplace_back("the datasets differ: only rates and shares can be compared");
    if (differs("host") || differs("cpu"))
        result.notes.emplace_back("the runs were made on different machines");
    if (result.perSample)
        result.notes.emplace_back("the runs are not equally long: counts, bytes and stalls are per sample");
    for (const NamedRecording& run : runs) {
        if (run.recording->state != RecordingState::complete)
            result.notes.push_back(
                fmt::format("{}: the run did not end by itself ({})", run.name, name(run.recording->state)));
        if (run.recording->rows.droppedEvents > 0)
            result.notes.push_back(fmt::format("{}: events were lost, sums are too small", run.name));
    }
}

} // namespace

std::string_view name(Verdict value)
{
    switch (value) {
    case Verdict::same:
        return "same";
    case Verdict::withinSpread:
        return "within_spread";
    case Verdict::better:
        return "better";
    case Verdict::worse:
        return "worse";
    case Verdict::different:
        return "different";
    case Verdict::unknown:
        break;
    }
    return "unknown";
}

std::string formatFigure(double value, FigureUnit unit)
{
    if (std::isnan(value))
        return "-";
    switch (unit) {
    case FigureUnit::share:
        return units::formatPercent(value);
    case FigureUnit::bytes:
        return units::formatBytes(static_cast<std::uint64_t>(std::llround(std::max(0.0, value))));
    case FigureUnit::milliseconds:
        return units::formatDuration(std::llround(value * 1e6));
    case FigureUnit::number:
    case FigureUnit::perSecond:
        break;
    }
    return units::formatNumber(value);
}

std::string formatVerdict(const ComparedFigure::Run& run)
{
    std::string words(name(run.verdict));
    std::replace(words.begin(), words.end(), '_', ' ');
    if (run.verdict == Verdict::same || run.verdict == Verdict::unknown || std::isnan(run.percent))
        return words;
    return fmt::format("{:+.1f} %, {}", run.percent, words);
}

std::string runLetter(std::size_t run)
{
    return std::string(1, static_cast<char>('A' + run % 26));
}

Result<Comparison> compare(std::span<const NamedRecording> runs)
{
    if (runs.size() < 2)
        return failure(ErrorKind::usage, "comparing needs two sessions or more");
    Comparison result;
    std::vector<Run> read;
    for (const NamedRecording& run : runs) {
        result.names.push_back(run.name);
        read.push_back(readRun(*run.recording));
    }
    compareSettings(result, runs);
    result.perSample = std::any_of(read.begin(), read.end(), [&](const Run& run) {
        return run.figures.samples != read.front().figures.samples;
    });
    for (const FigureKind& kind : kFigures) {
        ComparedFigure figure = compareFigure(kind, read, result.perSample);
        const bool known = std::any_of(
            figure.runs.begin(), figure.runs.end(), [](const auto& run) { return !std::isnan(run.value); });
        if (known)
            result.figures.push_back(std::move(figure));
    }
    const auto baseline = answersOf(*runs.front().recording);
    for (const NamedRecording& run : runs) {
        result.answers.push_back(compareAnswers(baseline, answersOf(*run.recording)));
        result.routedDifference.push_back(differenceOf(*runs.front().recording, *run.recording));
    }
    addNotes(result, runs);
    return result;
}

} // namespace sida::api
