// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long loading a model takes beside only reading its files, both from the page cache:
//   load_bench FOLDER [f32|bf16|f16]
//   load_bench synthetic:switch-base-8[,...] [TYPE]     writes such a checkpoint first, to the temporary
//   folder
#include "engine/base/clock.h"
#include "engine/checkpoint/convert.h"
#include "engine/model/model.h"
#include "engine/model/synthetic.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace sida;
namespace fs = std::filesystem;

namespace
{

template <typename T>
T valueOrExit(Result<T> result)
{
    if (result)
        return std::move(*result);
    std::fprintf(stderr, "error: %s\n", result.error().message.c_str());
    std::exit(1);
}

double seconds(Nanoseconds since)
{
    return static_cast<double>(monotonicNow() - since) * 1e-9;
}

/// Processor time of all threads so far, in the program and in the system: what a busy machine cannot
/// stretch.
double processorSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

/// Reads every byte of the weights into one buffer, as dd does.
std::uint64_t readFiles(const fs::path& folder)
{
    std::vector<std::byte> buffer(1024 * 1024);
    std::uint64_t total = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".safetensors" && extension != ".bin")
            continue;
        const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
        for (ssize_t got = 1; got > 0; total += static_cast<std::uint64_t>(got))
            got = std::max<ssize_t>(0, ::read(file, buffer.data(), buffer.size()));
        ::close(file);
    }
    return total;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: load_bench FOLDER|synthetic:NAME [f32|bf16|f16]\n");
        return 2;
    }
    model::LoadOptions options;
    options.decoder = true;
    if (argc > 2)
        options.compute = valueOrExit(api::parseDType(argv[2]));
    fs::path folder = argv[1];
    const bool made = model::isSynthetic(folder);
    if (made) {
        const auto checkpoint = valueOrExit(model::openSynthetic(folder));
        folder = fs::temp_directory_path() / ("sida-load-bench-" + std::to_string(::getpid()));
        valueOrExit(checkpoint::convertCheckpoint(checkpoint, folder, {}, {}, {}));
    }
    double read = 1e9;
    double load = 1e9;
    double readWork = 1e9;
    double loadWork = 1e9;
    std::uint64_t bytes = 0;
    for (int round = 0; round < 3; ++round) {
        readFiles(folder); // loading leaves little of a large file in the cache
        Nanoseconds begin = monotonicNow();
        double work = processorSeconds();
        bytes = readFiles(folder);
        read = std::min(read, seconds(begin));
        readWork = std::min(readWork, processorSeconds() - work);
        begin = monotonicNow();
        work = processorSeconds();
        const auto model = valueOrExit(model::loadModel(folder, {}, {}, options));
        load = std::min(load, seconds(begin));
        loadWork = std::min(loadWork, processorSeconds() - work);
    }
    const double gigabytes = static_cast<double>(bytes) * 1e-9;
    std::printf(
        "%.2f GB: reading the files %.2f s (%.2f GB/s), loading the model %.2f s (%.2f GB/s), ratio %.2f; "
        "processor time %.2f s and %.2f s\n",
        gigabytes, read, gigabytes / read, load, gigabytes / load, load / read, readWork, loadWork);
    if (made)
        fs::remove_all(folder);
    return 0;
}
