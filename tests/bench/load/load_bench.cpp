// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long loading a model takes beside reading its files, all from the page cache: into one buffer as dd
// does, into as much memory as the files take, and into such memory that is touched for the first time, which
// is the least that anything takes that keeps what it reads. What lies between the last two is the system's
// clearing of fresh memory. A virtual machine whose host takes unused memory back needs much longer for that;
// only the ratio to it tells what the loader itself costs there.
//   load_bench FOLDER [f32|bf16|f16 [rounds]]
//   load_bench synthetic:switch-base-8[,...] [TYPE]     writes such a checkpoint first, to the temporary
//   folder
#include "engine/base/clock.h"
#include "engine/checkpoint/convert.h"
#include "engine/model/model.h"
#include "engine/model/synthetic.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

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
    std::vector<std::byte> buffer(8 * 1024 * 1024);
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

/// Reads every byte of the weights into memory in large pages, with as many threads as there are cores. The
/// memory is fresh, or `touched` before the work is measured.
template <typename Measure>
void readIntoMemory(const fs::path& folder, bool touched, const Measure& measure)
{
    constexpr std::size_t kChunk = 8 * 1024 * 1024;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".safetensors" && extension != ".bin")
            continue;
        const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
        const auto bytes = static_cast<std::size_t>(fs::file_size(entry.path()));
        void* memory = ::mmap(
            nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            std::exit(1);
        ::madvise(memory, bytes, MADV_HUGEPAGE);
        if (touched)
            std::memset(memory, 1, bytes);
        std::atomic<std::size_t> next = 0;
        measure([&] {
            std::vector<std::jthread> threads;
            for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
                threads.emplace_back([&] {
                    for (std::size_t at = next.fetch_add(kChunk); at < bytes; at = next.fetch_add(kChunk)) {
                        std::byte* to = static_cast<std::byte*>(memory) + at;
                        if (::pread(file, to, std::min(kChunk, bytes - at), static_cast<off_t>(at)) < 0)
                            std::exit(1);
                    }
                });
        });
        ::munmap(memory, bytes);
        ::close(file);
    }
}

/// What one way of reading took, round by round.
struct Timing {
    std::vector<double> wall, processor;

    void beginRound()
    {
        wall.push_back(0);
        processor.push_back(0);
    }
    /// Adds to the round: a model may have several files.
    template <typename Work>
    void add(const Work& work)
    {
        const Nanoseconds begin = monotonicNow();
        const double processorBegin = processorSeconds();
        work();
        wall.back() += seconds(begin);
        processor.back() += processorSeconds() - processorBegin;
    }
    template <typename Work>
    void measure(const Work& work)
    {
        beginRound();
        add(work);
    }
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: load_bench FOLDER|synthetic:NAME [f32|bf16|f16 [rounds]]\n");
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
    const int rounds = argc > 3 ? std::max(1, std::atoi(argv[3])) : 5;
    Timing read;
    Timing backed;
    Timing fresh;
    Timing rows;
    Timing panels;
    std::uint64_t bytes = 0;
    for (int round = 0; round < rounds; ++round) {
        readFiles(folder); // loading leaves little of a large file in the cache
        read.measure([&] { bytes = readFiles(folder); });
        backed.beginRound();
        readIntoMemory(folder, true, [&](const auto& work) { backed.add(work); });
        fresh.beginRound();
        readIntoMemory(folder, false, [&](const auto& work) { fresh.add(work); });
        for (int half = 0; half < 2; ++half) { // in turn: what goes first finds memory in another state
            Timing* load = (round + half) % 2 == 0 ? &rows : &panels;
            readFiles(folder);
            options.experts = load == &rows ? model::ExpertLayout::rows : model::ExpertLayout::panels;
            std::unique_ptr<model::Model> model;
            load->measure([&] { model = valueOrExit(model::loadModel(folder, {}, {}, options)); });
        }
    }
    const double gigabytes = static_cast<double>(bytes) * 1e-9;
    std::printf("%.2f GB, median of %d rounds        wall   processor\n", gigabytes, rounds);
    const auto print = [&](const char* what, const Timing& timing) {
        std::printf(
            "%-32s %7.2f s %7.2f s   %.2f GB/s\n", what, median(timing.wall), median(timing.processor),
            gigabytes / median(timing.wall));
    };
    print("reading into one buffer", read);
    print("reading into memory in use", backed);
    print("reading into fresh memory", fresh);
    print("loading, experts in rows", rows);
    print("loading, experts in panels", panels);
    const auto compare = [&](const char* what, const Timing& load) {
        std::printf(
            "%s / one buffer %.2f, memory in use %.2f, fresh memory %.2f; processor time %.2f, %.2f, %.2f\n",
            what, median(load.wall) / median(read.wall), median(load.wall) / median(backed.wall),
            median(load.wall) / median(fresh.wall), median(load.processor) / median(read.processor),
            median(load.processor) / median(backed.processor),
            median(load.processor) / median(fresh.processor));
    };
    compare("rows  ", rows);
    compare("panels", panels);
    if (made)
        fs::remove_all(folder);
    return 0;
}
