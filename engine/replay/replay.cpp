// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/replay/replay.h"

#include "engine/api/figures.h"
#include "engine/base/thread.h"
#include "engine/replay/player.h"
#include "engine/replay/stack_distance.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <thread>

namespace sida::replay
{

namespace
{

constexpr int kFewestSlots = 2; ///< one expert computes while the next one comes
constexpr double kLeastBend = 0.05;

/// What has no slots: the same for every budget.
std::uint64_t fixedBytes(const Trace& trace, api::Policy policy)
{
    return trace.fixedBytes + (policy == api::Policy::sida ? trace.predictorBytes : 0);
}

std::uint64_t smallestBudget(const Trace& trace, api::Policy policy)
{
    const int slots
        = policy == api::Policy::resident ? trace.experts() : std::min(kFewestSlots, trace.experts());
    return fixedBytes(trace, policy) + trace.slotBytes * static_cast<std::uint64_t>(slots);
}

int slotsOf(const Trace& trace, api::Policy policy, std::uint64_t budget)
{
    const std::uint64_t left = budget - fixedBytes(trace, policy);
    return static_cast<int>(std::min<std::uint64_t>(
        static_cast<std::uint64_t>(trace.experts()), left / std::max<std::uint64_t>(1, trace.slotBytes)));
}

api::ReplayPoint measured(const api::Recording& recording, const Trace& trace)
{
    const api::Figures figures = api::computeFigures(recording);
    api::ReplayPoint point;
    point.budgetBytes = figures.budgetBytes;
    if (point.budgetBytes >= smallestBudget(trace, recording.header.policy))
        point.slots = slotsOf(trace, recording.header.policy, point.budgetBytes);
    point.uses = figures.uses;
    point.hits = figures.outcomes[static_cast<std::size_t>(api::Outcome::hit)];
    point.late = figures.outcomes[static_cast<std::size_t>(api::Outcome::late)];
    point.copies = figures.transfers;
    point.bytes = figures.transferBytes;
    point.wastedBytes = figures.wastedBytes;
    point.stallSeconds = figures.stallMs * 1e-3;
    point.seconds = figures.seconds;
    point.samplesPerSecond = figures.samplesPerSecond;
    return point;
}

Result<std::vector<api::ReplayConfiguration>>
configurations(const Trace& trace, const api::ReplayOptions& options, std::vector<std::string>& notes)
{
    std::vector<api::ReplayConfiguration> wanted = options.configurations;
    const bool everything = wanted.empty();
    if (everything) {
        SIDA_TRY_ASSIGN(wanted, api::parseReplayConfigurations("all"));
    }
    constexpr auto kWithoutTables = "policy sida cannot be replayed: the recorded run had no hash tables; "
                                    "record one with --predictor and "
                                    "--policy sida";
    if (trace.foretold)
        return wanted;
    const auto needsTables
        = [](const api::ReplayConfiguration& one) { return one.policy == api::Policy::sida; };
    if (!everything && std::any_of(wanted.begin(), wanted.end(), needsTables))
        return failure(ErrorKind::usage, kWithoutTables);
    std::erase_if(wanted, needsTables);
    notes.emplace_back(kWithoutTables);
    return wanted;
}

/// Ascending, each once.
Result<std::vector<std::uint64_t>>
budgets(const api::ReplayResult& result, const Trace& trace, const api::ReplayOptions& options)
{
    std::vector<std::uint64_t> found;
    for (const units::Budget& budget : options.budgets) {
        found.push_back(budget.resolve(result.residentBytes));
        if (found.back() < result.smallestBytes)
            return failure(
                ErrorKind::budget,
                fmt::format(
                    "a budget of {} is too small: the smallest that works is {} ({} bytes)",
                    units::formatBytes(found.back()), units::formatBytes(result.smallestBytes),
                    result.smallestBytes));
    }
    if (found.empty()) {
        found.push_back(result.smallestBytes);
        for (int tenth = 1; tenth <= 10; ++tenth) {
            const std::uint64_t bytes = units::Budget::ofShare(0.1 * tenth).resolve(result.residentBytes);
            if (bytes > result.smallestBytes)
                found.push_back(bytes);
        }
        found.push_back(smallestBudget(trace, api::Policy::resident));
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace

int kneeOf(const std::vector<api::ReplayPoint>& points)
{
    if (points.size() < 3)
        return -1;
    const api::ReplayPoint& first = points.front();
    const api::ReplayPoint& last = points.back();
    const double width = static_cast<double>(last.budgetBytes) - static_cast<double>(first.budgetBytes);
    const double height = last.samplesPerSecond - first.samplesPerSecond;
    if (width <= 0 || height <= 0)
        return -1;
    int knee = -1;
    double most = kLeastBend;
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const double x
            = (static_cast<double>(points[i].budgetBytes) - static_cast<double>(first.budgetBytes)) / width;
        const double above = (points[i].samplesPerSecond - first.samplesPerSecond) / height - x;
        if (above > most) {
            most = above;
            knee = static_cast<int>(i);
        }
    }
    return knee;
}

Result<api::ReplayResult> replay(
    const api::Recording& recording, const api::ReplayOptions& options, const ProgressSink& progress,
    const std::stop_token& stop)
{
    SIDA_TRY_ASSIGN(const Trace trace, traceOf(recording));
    api::ReplayResult result;
    result.recordedConfiguration = {recording.header.policy, recording.header.eviction, false};
    result.recorded = measured(recording, trace);
    result.residentBytes = recording.header.residentBytes;
    result.slotBytes = trace.slotBytes;
    result.fixedBytes = trace.fixedBytes;
    result.predictorBytes = trace.predictorBytes;
    result.experts = trace.experts();
    result.copySeconds = trace.copySeconds;
    result.smallestBytes = smallestBudget(trace, api::Policy::onDemand);
    if (trace.copySeconds <= 0)
        result.notes.emplace_back(
            "nothing was copied in the recorded run, so copies count as taking no time");
    SIDA_TRY_ASSIGN(const auto wanted, configurations(trace, options, result.notes));
    SIDA_TRY_ASSIGN(const std::vector<std::uint64_t> sizes, budgets(result, trace, options));

    struct Job {
        std::size_t curve = 0;
        api::ReplayPoint point;
    };
    std::vector<Job> jobs;
    for (std::size_t curve = 0; curve < wanted.size(); ++curve) {
        result.curves.push_back({wanted[curve], {}, -1});
        for (const std::uint64_t bytes : sizes) {
            if (bytes < smallestBudget(trace, wanted[curve].policy))
                continue; // this policy cannot run with it
            Job& job = jobs.emplace_back();
            job.curve = curve;
            job.point.budgetBytes = bytes;
            job.point.slots = slotsOf(trace, wanted[curve].policy, bytes);
        }
    }
    const Future future(trace);
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> done = 0;
    const auto work = [&](bool tells) {
        for (std::size_t i = next++; i < jobs.size() && !stop.stop_requested(); i = next++) {
            const std::uint64_t bytes = jobs[i].point.budgetBytes;
            jobs[i].point = play(trace, future, wanted[jobs[i].curve], jobs[i].point.slots);
            jobs[i].point.budgetBytes = bytes;
            ++done;
            if (tells && progress)
                progress({"Replaying", done, jobs.size(), -1});
        }
    };
    const int cores
        = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
    const auto helpers = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, cores)), jobs.size());
    if (progress)
        progress({"Replaying", 0, jobs.size(), -1});
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < helpers; ++i)
            threads.push_back(startThread("sida-replay", [&](const std::stop_token&) { work(false); }));
        result.lruHitRateBySlots = lruHitRates(trace);
        work(true);
    }
    if (stop.stop_requested())
        return failure(ErrorKind::cancelled, "stopped while the recording was replayed");
    if (progress)
        progress({"Replaying", done, jobs.size(), 0});
    for (const Job& job : jobs)
        result.curves[job.curve].points.push_back(job.point);
    std::erase_if(result.curves, [](const api::ReplayCurve& curve) { return curve.points.empty(); });
    for (api::ReplayCurve& curve : result.curves)
        curve.knee = kneeOf(curve.points);
    return result;
}

} // namespace sida::replay
