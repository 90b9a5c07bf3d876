// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Two or more recorded runs side by side; the first is the baseline.
namespace sida::api
{

/// An option or a piece of provenance, as each run has it; empty where it has none.
struct ComparedSetting {
    std::string key; ///< of the provenance (docs/session-format.md)
    std::vector<std::string> values; ///< by run
};

/// How a run's figure stands to the baseline's.
enum class Verdict : std::uint8_t {
    same, ///< equal
    withinSpread, ///< the passes over the data differ among themselves as much
    better,
    worse,
    different, ///< neither is better in itself
    unknown, ///< one of them has no such figure
};
std::string_view name(Verdict value);

enum class FigureUnit : std::uint8_t { number, share, bytes, milliseconds, perSecond };

struct ComparedFigure {
    struct Run {
        double value = 0; ///< NaN where there is none
        /// Smallest and largest over the passes (`--repeat`); NaN with a single pass.
        double least = 0;
        double most = 0;
        double delta = 0; ///< value - the baseline's
        double percent = 0; ///< of the baseline's; NaN where that is 0
        Verdict verdict = Verdict::same;
    };
    std::string key; ///< as in the figures of a session: "latency_ms.p50"
    std::string words; ///< "batch time, median"
    FigureUnit unit = FigureUnit::number;
    bool perSample = false; ///< divided by the run's samples, since the runs are not equally long
    std::vector<Run> runs; ///< the baseline first
};

/// What two runs said of the samples that both ran.
struct ComparedAnswers {
    std::uint64_t samples = 0; ///< that both ran, with an answer
    std::uint64_t equal = 0;
};

/// Share of a layer's tokens that an expert got, less what it got in the baseline.
struct LayerDifference {
    std::string layer;
    std::vector<double> shares; ///< by expert
};

struct Comparison {
    std::vector<std::string> names; ///< as they were given
    std::vector<ComparedSetting> different; ///< settings that differ
    std::vector<ComparedSetting> equal;
    bool perSample = false; ///< counts are per sample: the runs are not equally long
    std::vector<ComparedFigure> figures;
    std::vector<ComparedAnswers>
        answers; ///< by run, against the baseline; the first is the baseline with itself
    /// By run; empty where the models do not have the same experts.
    std::vector<std::vector<LayerDifference>> routedDifference;
    std::vector<std::string> notes; ///< what makes the runs hard to compare
};

struct NamedRecording {
    std::string name;
    const Recording* recording = nullptr;
};

/// A value in words with its unit; "-" for NaN.
std::string formatFigure(double value, FigureUnit unit);
/// "+12.3 %, better"; the verdict alone where there is no percentage to tell.
std::string formatVerdict(const ComparedFigure::Run& run);
/// What a run is called beside the others: "A", "B", ...
std::string runLetter(std::size_t run);

/// A usage error with fewer than two.
Result<Comparison> compare(std::span<const NamedRecording> runs);

} // namespace sida::api
