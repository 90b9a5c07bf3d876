// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What recording costs: the same run recorded and not recorded, taken in turns, on a real model.
//
//     recording_cost MODEL DATASET PREDICTOR [POLICY [SECONDS [THREADS [REPEAT [DEVICE [DTYPE]]]]]]
//
// Many short pairs of runs are made until the time is up, in the order A B B A, so that a machine that slows
// down favours neither. Of each kind of figure the median over the pairs is printed with the 95 % confidence
// interval of that median (from order statistics, so it supposes nothing of how the figures are distributed):
//
//     throughput       samples a second recorded / not recorded; what a user sees on this machine
//     inference_cpu    processor time of the inference thread not recorded / recorded: what recording events
//                      takes from it, whatever else the machine does
//     recorder_share   processor time of the recorder's thread / duration of the run: the part of one core
//                      that writing takes; where every core computes it comes off the throughput
//     process_cpu      processor time of the whole process not recorded / recorded
//
// And in microseconds of processor time a batch, as medians recorded and not recorded, of the inference
// thread, the transfer thread, the recorder's thread and the whole process: what other work on the machine
// hardly touches, and the place to look at where a throughput's interval is wide.
#include "engine/base/clock.h"
#include "engine/runtime/create_engine.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace
{

struct Setup {
    sida::api::Engine& engine;
    sida::api::Policy policy;
    int threads;
    int repeat;
    double samples;
    double batches; ///< of one pass
    sida::api::DeviceKind device;
    sida::api::DType dtype;
    std::filesystem::path session;
};

struct Cost {
    double seconds = 0;
    double inferenceCpu = 0;
    double transferCpu = 0;
    double recorderCpu = 0;
    double processCpu = 0;
};

double processCpuSeconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

Cost measure(const Setup& setup, bool record)
{
    sida::api::RunOptions options;
    options.policy = setup.policy;
    if (setup.policy != sida::api::Policy::resident)
        options.budget = sida::units::Budget::ofShare(0.3);
    if (setup.policy == sida::api::Policy::onDemand)
        options.eviction = sida::api::Eviction::lru;
    options.threads = setup.threads;
    options.device = setup.device;
    options.dtype = setup.dtype;
    options.repeat = setup.repeat;
    options.record = record;
    if (record) {
        options.session = setup.session;
        options.replaceSession = true;
    }
    const double before = processCpuSeconds();
    const auto result = setup.engine.run(options, {}, {});
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::exit(1);
    }
    return {
        result->inferenceSeconds, result->inferenceCpuSeconds, result->transferCpuSeconds,
        result->recorderCpuSeconds, processCpuSeconds() - before};
}

/// The median, and the ranks between which the true median lies with a probability of 95 %.
std::string summary(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const auto count = static_cast<double>(values.size());
    const double half = 1.96 * std::sqrt(count) / 2;
    const auto at = [&](double rank) {
        return values[static_cast<std::size_t>(std::clamp(std::round(rank), 0.0, count - 1))];
    };
    const double middle = (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
    return fmt::format(
        R"({{"median": {:.4f}, "from": {:.4f}, "to": {:.4f}}})", middle, at(count / 2 - half - 1),
        at(count / 2 + half));
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

/// Microseconds a batch by thread.
std::string perBatch(const std::vector<Cost>& costs, double batches)
{
    const auto of = [&](double Cost::*figure) {
        std::vector<double> values;
        for (const Cost& cost : costs)
            values.push_back(cost.*figure * 1e6 / batches);
        return median(std::move(values));
    };
    return fmt::format(
        R"({{"inference": {:.1f}, "transfer": {:.1f}, "recorder": {:.1f}, "process": {:.1f}}})",
        of(&Cost::inferenceCpu), of(&Cost::transferCpu), of(&Cost::recorderCpu), of(&Cost::processCpu));
}

std::string compare(const Setup& setup, double seconds)
{
    std::vector<double> throughput;
    std::vector<double> inferenceCpu;
    std::vector<double> recorderShare;
    std::vector<double> processCpu;
    std::vector<double> perSecond;
    std::vector<Cost> recorded;
    std::vector<Cost> silent;
    measure(setup, true); // what is touched for the first time
    const sida::Nanoseconds begin = sida::monotonicNow();
    for (int pair = 0; static_cast<double>(sida::monotonicNow() - begin) * 1e-9 < seconds; ++pair) {
        const bool recordFirst = pair % 2 == 0;
        const Cost first = measure(setup, recordFirst);
        const Cost second = measure(setup, !recordFirst);
        const Cost& with = recordFirst ? first : second;
        const Cost& without = recordFirst ? second : first;
        throughput.push_back(without.seconds / with.seconds);
        inferenceCpu.push_back(without.inferenceCpu / with.inferenceCpu);
        recorderShare.push_back(with.recorderCpu / with.seconds);
        processCpu.push_back(without.processCpu / with.processCpu);
        recorded.push_back(with);
        silent.push_back(without);
        perSecond.push_back(setup.repeat * setup.samples / with.seconds);
    }
    const double batches = setup.batches * setup.repeat;
    return fmt::format(
        R"({{"policy": "{}", "pairs": {}, "threads": {}, "repeat": {}, "samples_per_s": {},
  "throughput": {}, "inference_cpu": {},
  "recorder_share": {}, "process_cpu": {},
  "cpu_us_per_batch": {{"recorded": {}, "not_recorded": {}}}}})",
        sida::api::name(setup.policy), throughput.size(), setup.threads, setup.repeat, summary(perSecond),
        summary(throughput), summary(inferenceCpu), summary(recorderShare), summary(processCpu),
        perBatch(recorded, batches), perBatch(silent, batches));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        fmt::print(
            stderr,
            "usage: recording_cost MODEL DATASET PREDICTOR [POLICY|all [SECONDS [THREADS [REPEAT [DEVICE "
            "[DTYPE]]]]]]\n");
        return 2;
    }
    const auto device = sida::api::parseDeviceKind(argc > 8 ? argv[8] : "cpu");
    const auto dtype = sida::api::parseDType(argc > 9 ? argv[9] : "f32");
    if (!device || !dtype) {
        fmt::print(stderr, "{}\n", (!device ? device.error() : dtype.error()).message);
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
    const std::string_view wanted = argc > 4 ? argv[4] : "all";
    const double seconds = argc > 5 ? std::atof(argv[5]) : 25;
    const int threads = argc > 6 ? std::atoi(argv[6]) : 0;
    const int repeat = argc > 7 ? std::max(1, std::atoi(argv[7])) : 1;
    const auto batchSize = static_cast<double>(sida::api::RunOptions().batchSize);
    const double batches = std::ceil(static_cast<double>(data->samples) / batchSize);
    const auto session
        = std::filesystem::temp_directory_path() / fmt::format("sida-cost-{}.sida", ::getpid());
    for (const auto policy :
         {sida::api::Policy::resident, sida::api::Policy::onDemand, sida::api::Policy::sida}) {
        if (wanted != "all" && wanted != sida::api::name(policy))
            continue;
        const Setup setup{*engine, policy,  threads, repeat, static_cast<double>(data->samples),
                          batches, *device, *dtype,  session};
        fmt::print("{}\n", compare(setup, seconds));
        std::fflush(stdout);
    }
    std::filesystem::remove(session);
}
