// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What recording costs: the same run recorded and not recorded, taken in turns, on a real model.
//
//     recording_cost MODEL DATASET PREDICTOR [ROUNDS [THREADS]]
//
// Prints one JSON object: per policy the samples/s of both (medians of the rounds) and the median of the
// rounds' ratios. On a machine whose cores are all busy with the run, the recording thread takes its time
// from them.
#include "engine/runtime/create_engine.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace
{

struct Setup {
    sida::api::Engine& engine;
    sida::api::Policy policy;
    int threads;
    double samples;
    std::filesystem::path session;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Samples a second of the inference thread, told by the same clock whether the run is recorded or not.
double samplesPerSecond(const Setup& setup, bool record)
{
    sida::api::RunOptions options;
    options.policy = setup.policy;
    if (setup.policy != sida::api::Policy::resident)
        options.budget = sida::units::Budget::ofShare(0.3);
    if (setup.policy == sida::api::Policy::onDemand)
        options.eviction = sida::api::Eviction::lru;
    options.threads = setup.threads;
    options.repeat = 2;
    options.record = record;
    if (record) {
        options.session = setup.session;
        options.replaceSession = true;
    }
    const auto result = setup.engine.run(options, {}, {});
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::exit(1);
    }
    return options.repeat * setup.samples / result->inferenceSeconds;
}

std::string compare(const Setup& setup, int rounds)
{
    std::vector<double> with;
    std::vector<double> without;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        // Turn about, so that a machine that slows down favours neither.
        const bool recordFirst = round % 2 == 0;
        const double first = samplesPerSecond(setup, recordFirst);
        const double second = samplesPerSecond(setup, !recordFirst);
        with.push_back(recordFirst ? first : second);
        without.push_back(recordFirst ? second : first);
        ratios.push_back(with.back() / without.back());
    }
    return fmt::format(
        R"("{}": {{"recorded": {:.1f}, "not_recorded": {:.1f}, "ratio": {:.4f}}})",
        sida::api::name(setup.policy), median(with), median(without), median(ratios));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        fmt::print(stderr, "usage: recording_cost MODEL DATASET PREDICTOR [ROUNDS [THREADS]]\n");
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
    const int threads = argc > 5 ? std::atoi(argv[5]) : 0;
    const auto session
        = std::filesystem::temp_directory_path() / fmt::format("sida-cost-{}.sida", ::getpid());
    std::string_view separator;
    fmt::print("{{");
    for (const auto policy :
         {sida::api::Policy::resident, sida::api::Policy::onDemand, sida::api::Policy::sida}) {
        const Setup setup{*engine, policy, threads, static_cast<double>(data->samples), session};
        fmt::print("{}{}", separator, compare(setup, rounds));
        separator = ", ";
    }
    fmt::print(R"(, "rounds": {}, "threads": {}}})", rounds, threads);
    fmt::print("\n");
    std::filesystem::remove(session);
}
