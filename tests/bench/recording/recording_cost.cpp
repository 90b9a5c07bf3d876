// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What recording costs: the same run with and without it, taken in turns, on a real model.
//
//     recording_cost MODEL DATASET PREDICTOR [ROUNDS]
//
// Prints one JSON object: samples/s of both (median of the rounds) and the median of the rounds' ratios.
#include "engine/runtime/create_engine.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

namespace
{

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Samples a second by the wall clock around the run, which is the same instrument for both.
double
samplesPerSecond(sida::api::Engine& engine, bool record, const std::filesystem::path& session, double samples)
{
    sida::api::RunOptions options;
    options.policy = sida::api::Policy::sida;
    options.budget = sida::units::Budget::ofShare(0.3);
    options.record = record;
    options.repeat = 2;
    options.replaceSession = true;
    if (record)
        options.session = session;
    const sida::Nanoseconds begin = sida::monotonicNow();
    const auto result = engine.run(options, {}, {});
    const sida::Nanoseconds end = sida::monotonicNow();
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::exit(1);
    }
    return 2 * samples / (static_cast<double>(end - begin) * 1e-9);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        fmt::print(stderr, "usage: recording_cost MODEL DATASET PREDICTOR [ROUNDS]\n");
        return 2;
    }
    const auto engine = sida::runtime::createEngine();
    const auto model = engine->loadModel(argv[1], {}, {});
    const auto data = engine->loadDataset(argv[2], {}, {}, {});
    const auto predictor = engine->loadPredictor(argv[3]);
    if (!model || !data || !predictor) {
        fmt::print(
            stderr, "{}\n",
            (!model      ? model.error()
                 : !data ? data.error()
                         : predictor.error())
                .message);
        return 2;
    }
    const int rounds = argc > 4 ? std::max(1, std::atoi(argv[4])) : 9;
    const auto session
        = std::filesystem::temp_directory_path() / fmt::format("sida-cost-{}.sida", ::getpid());
    const auto samples = static_cast<double>(data->samples);
    std::vector<double> with;
    std::vector<double> without;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        // Turn about, so that a machine that slows down does not favour either.
        const bool recordFirst = round % 2 == 0;
        const double first = samplesPerSecond(*engine, recordFirst, session, samples);
        const double second = samplesPerSecond(*engine, !recordFirst, session, samples);
        with.push_back(recordFirst ? first : second);
        without.push_back(recordFirst ? second : first);
        ratios.push_back(with.back() / without.back());
    }
    std::filesystem::remove(session);
    fmt::print(
        R"({{"samples_per_s": {{"recorded": {:.1f}, "not_recorded": {:.1f}}}, "ratio": {:.4f}, "rounds": {}}})",
        median(with), median(without), median(ratios), rounds);
    fmt::print("\n");
}
