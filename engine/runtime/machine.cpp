// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/machine.h"

#include "engine/base/clock.h"
#include "engine/base/units.h"
#include "engine/base/version.h"
#include "engine/device/cuda/module.h"
#include "engine/runtime/compute_threads.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <numeric>
#include <sqlite3.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

namespace sida::runtime
{

namespace
{

std::string valueAfter(const char* file, std::string_view key)
{
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with(key))
            continue;
        const std::size_t value = line.find_first_not_of(" \t:", key.size());
        return value == std::string::npos ? std::string() : line.substr(value);
    }
    return {};
}

std::uint64_t memoryOf(std::string_view key)
{
    return std::strtoull(valueAfter("/proc/meminfo", key).c_str(), nullptr, 10) * units::kKiB;
}

/// Bytes a second of `pass`, which touches `bytes` each time; the best of several, so that a busy machine
/// matters less.
template <typename Pass>
double bestRate(std::uint64_t bytes, Pass pass)
{
    Nanoseconds best = std::numeric_limits<Nanoseconds>::max();
    for (int attempt = 0; attempt < 5; ++attempt) {
        const Nanoseconds begin = monotonicNow();
        pass();
        best = std::min(best, monotonicNow() - begin);
    }
    return static_cast<double>(bytes) / (static_cast<double>(std::max<Nanoseconds>(1, best)) * 1e-9);
}

double measureCopy(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& to)
{
    constexpr std::size_t kBlockWords
        = std::size_t{9} * 1024 * 1024 / 8; // one expert of a base-size model in bf16
    return bestRate(from.size() * 8, [&] {
        for (std::size_t at = 0; at < from.size(); at += kBlockWords)
            std::memcpy(&to[at], &from[at], std::min(kBlockWords, from.size() - at) * 8);
    });
}

double measureRead(const std::vector<std::uint64_t>& data, int threads)
{
    std::vector<std::uint64_t> sums(static_cast<std::size_t>(threads) * 8);
    const std::size_t share = data.size() / static_cast<std::size_t>(threads);
    const double rate = bestRate(share * static_cast<std::size_t>(threads) * 8, [&] {
        std::vector<std::jthread> readers;
        for (int i = 0; i < threads; ++i) {
            readers.emplace_back([&, first = share * static_cast<std::size_t>(i), i] {
                const auto begin = data.begin() + static_cast<std::ptrdiff_t>(first);
                sums[static_cast<std::size_t>(i) * 8]
                    += std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(share), std::uint64_t{0});
            });
        }
    });
    // The sums must be wanted by somebody, or the reads are optimised away.
    return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}) == 1 ? 0 : rate;
}

/// The GPUs, measured; or why there is none.
Status describeCuda(api::DoctorReport& report, const std::stop_token& stop)
{
    const Result<cuda::Module*> module = cuda::loadModule();
    if (!module) {
        report.notes.push_back(module.error().message);
        return {};
    }
    Result<std::vector<api::DeviceInfo>> devices = (*module)->devices();
    if (!devices) {
        report.notes.push_back(devices.error().message);
        return {};
    }
    for (std::size_t i = 0; i < devices->size(); ++i) {
        api::DeviceInfo& device = (*devices)[i];
        const Status measured = (*module)->measure(static_cast<int>(i), device, stop);
        if (!measured && measured.error().kind == ErrorKind::cancelled)
            return failure(measured.error());
        if (!measured)
            report.notes.push_back(measured.error().message);
        report.devices.push_back(std::move(device));
    }
    report.notes.emplace_back(
        "On the GPU (--device cuda) encoders run; generating, scoring and training run on the CPU.");
    return {};
}

} // namespace

api::DeviceInfo describeCpu()
{
    api::DeviceInfo device;
    device.kind = api::DeviceKind::cpu;
    const std::string model = valueAfter("/proc/cpuinfo", "model name");
    device.name = fmt::format("{}, {} threads", model.empty() ? "CPU" : model, resolveThreads(0));
    device.totalBytes = memoryOf("MemTotal");
    device.freeBytes = memoryOf("MemAvailable");
    return device;
}

std::vector<std::pair<std::string, std::string>> libraryVersions()
{
    return {
        {"sida_studio", version()},
        {"libtorch", libtorchVersion()},
        {"sqlite", sqlite3_libversion()},
        {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)}};
}

std::string hostName()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

std::string operatingSystem()
{
    utsname system{};
    if (::uname(&system) != 0)
        return "unknown";
    return fmt::format("{} {} {}", system.sysname, system.release, system.machine);
}

Result<api::DoctorReport> examineMachine(const ProgressSink& progress, const std::stop_token& stop)
{
    api::DoctorReport report;
    auto tell = [&](const char* stage, std::uint64_t done) -> Status {
        if (progress)
            progress({stage, done, 4, -1});
        if (stop.stop_requested())
            return failure(ErrorKind::cancelled, "stopped while the machine was measured");
        return {};
    };
    SIDA_TRY(tell("Looking at the machine", 0));
    report.devices.push_back(describeCpu());
    const std::uint64_t bytes = std::min(256 * units::kMiB, report.devices[0].freeBytes / 8 + units::kMiB);
    const std::vector<std::uint64_t> from(bytes / 8, 3);
    std::vector<std::uint64_t> to(bytes / 8, 5);
    SIDA_TRY(tell("Measuring copies", 1));
    report.hostCopyBytesPerSecond = measureCopy(from, to);
    report.devices[0].hostToDeviceBytesPerSecond = report.hostCopyBytesPerSecond;
    SIDA_TRY(tell("Measuring reads", 2));
    report.hostReadBytesPerSecond = measureRead(to, resolveThreads(0));
    report.versions = libraryVersions();
    SIDA_TRY(tell("Measuring GPUs", 3));
    SIDA_TRY(describeCuda(report, stop));
    return report;
}

} // namespace sida::runtime
