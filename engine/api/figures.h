// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <optional>
#include <string>
#include <vector>

namespace sida::api
{

/// What became of one MoE layer's predictions and copies so far. NaN where there is none.
struct LayerFigures {
    std::uint64_t uses = 0;
    std::array<std::uint64_t, kOutcomes> outcomes{};
    double hashHitRate = 0;
    double precision = 0;
    double recall = 0;
    std::uint64_t transfers = 0;
    std::uint64_t transferBytes = 0;
    std::uint64_t wastedBytes = 0; ///< prefetched and evicted without a use
    double stallMs = 0;
    /// How long after its layer had asked for it the copy of a late expert ended.
    double latenessMeanMs = 0;
    double latenessMaxMs = 0;
};

/// The figures of a run as the command line's contract names them. NaN where there is none.
struct Figures {
    std::uint64_t samples = 0;
    std::uint64_t tokens = 0;
    std::uint64_t batches = 0;
    double seconds = 0; ///< first batch begun to last batch ended
    double samplesPerSecond = 0;
    double tokensPerSecond = 0;
    double latencyP50Ms = 0;
    double latencyP95Ms = 0;
    double latencyP99Ms = 0;
    double latencyMeanMs = 0;

    std::optional<double> metric;
    std::optional<double> referenceMetric; ///< of `resident` with `exact`, when routing was `predicted`
    std::optional<double> fidelity; ///< metric / referenceMetric
    std::optional<double> equalOutputs; ///< share of the samples with the reference's prediction

    std::uint64_t peakBytes = 0;
    std::uint64_t budgetBytes = 0; ///< in force at the end
    PurposeBytes peakByPurpose{}; ///< at the moment of the peak
    double saving = 0;

    std::uint64_t uses = 0;
    std::array<std::uint64_t, kOutcomes> outcomes{};

    std::uint64_t transfers = 0;
    std::uint64_t transferBytes = 0;
    std::uint64_t prefetchedBytes = 0;
    std::uint64_t wastedBytes = 0;
    double transferSeconds = 0;

    double stallMs = 0;
    std::array<double, kStallCauses> stallMsByCause{};

    bool hasHash = false;
    double hashHitRate = 0;
    double precision = 0;
    double recall = 0;
    std::uint64_t unpredictedBatches = 0; ///< of a run with predictions: passed on without, since none paid
    double predictionSeconds = 0; ///< that the hash-building thread took
    std::vector<std::uint16_t> prefetchOffLayers; ///< where prefetching did not pay and is off at the end

    std::vector<LayerFigures> byLayer; ///< per MoE layer
    std::uint64_t droppedEvents = 0;
};

/// Sums rows up as they come; the same code serves a live run and an opened session, so both always agree.
class FigureAccumulator
{
public:
    explicit FigureAccumulator(const RunHeader& header);
    ~FigureAccumulator();
    FigureAccumulator(FigureAccumulator&&) noexcept;
    FigureAccumulator& operator=(FigureAccumulator&&) noexcept;
    void add(const RecordingChunk& chunk);
    Figures figures() const;
    /// Per MoE layer the real tokens each expert got, and those predicted for it.
    const std::vector<std::vector<std::uint64_t>>& routed() const;
    const std::vector<std::vector<std::uint64_t>>& predicted() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

Figures computeFigures(const Recording& recording);

/// Share of the uses that found their expert resident; NaN without uses.
double hitRate(const Figures& figures);

} // namespace sida::api
