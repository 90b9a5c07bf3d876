// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long inspecting a model of switch-c-2048's layout takes: 3 TB in shards of 10 GB, of which headers and
// index exist and the rest is a hole in the file.
//   inspect_bench [FOLDER]      keeps what it writes there, for `sida inspect FOLDER`
#include "engine/base/clock.h"
#include "engine/base/thread.h"
#include "engine/model/model.h"
#include "engine/model/synthetic.h"
#include "tests/support/headers_only.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <vector>

using namespace sida;
namespace fs = std::filesystem;

int main(int argc, char** argv)
{
    constexpr int kRounds = 9;
    const fs::path folder = argc > 1
        ? fs::path(argv[1])
        : fs::temp_directory_path() / ("sida-inspect-bench-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    const auto model = model::openSynthetic("synthetic:switch-c-2048");
    if (!model)
        return 1;
    test::writeHeadersOnly(folder, *model, 10'000'000'000);
    std::vector<double> seconds;
    std::vector<double> processor; // of the one thread that inspects
    for (int round = 0; round < kRounds; ++round) {
        const Nanoseconds begin = monotonicNow();
        const std::int64_t processorBegin = threadCpuTime();
        const auto info = model::inspectModel(folder);
        if (!info) {
            std::fprintf(stderr, "error: %s\n", info.error().message.c_str());
            return 1;
        }
        processor.push_back(static_cast<double>(threadCpuTime() - processorBegin) * 1e-9);
        seconds.push_back(static_cast<double>(monotonicNow() - begin) * 1e-9);
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(processor.begin(), processor.end());
    std::printf(
        "inspecting switch-c-2048's layout: median of %d %.3f s, slowest %.3f s; processor time %.3f s\n",
        kRounds, seconds[kRounds / 2], seconds.back(), processor[kRounds / 2]);
    if (argc <= 1)
        fs::remove_all(folder);
    return 0;
}
