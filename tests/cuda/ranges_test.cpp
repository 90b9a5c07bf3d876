// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/cuda_run.h"
#include "tests/cuda/range_counter.h"

namespace sida::runtime
{
namespace
{

/// Before anything names a range.
[[maybe_unused]] const bool kCounting = (test::countNvtxRanges(), true);

TEST_F(CudaRun, NamesBatchesLayersCopiesAndStallsForProfilers)
{
    const auto counts = [](const char* name) { return test::nvtxRanges(name); };
    const test::NvtxRanges batches = counts("batch");
    const test::NvtxRanges layers = counts("layer");
    const test::NvtxRanges copies = counts("copy");
    const test::NvtxRanges stalls = counts("stall");
    api::RunOptions run = options(api::Policy::onDemand);
    run.batchSize = 4;
    run.budget = units::Budget::ofBytes(bytesOf(run, 7));
    const api::RunResult result = mustRun(run);

    EXPECT_EQ(counts("batch").begun - batches.begun, 20U);
    const auto moeLayers = static_cast<std::uint64_t>(result.recording->header.moeLayers.size());
    EXPECT_EQ(counts("layer").begun - layers.begun, 20U * moeLayers);
    EXPECT_EQ(counts("copy").begun - copies.begun, result.figures.transfers);
    EXPECT_GT(counts("stall").begun - stalls.begun, 0U);
    const auto over = [&](const char* name, const test::NvtxRanges& before) {
        return counts(name).begun - before.begun == counts(name).ended - before.ended;
    };
    EXPECT_TRUE(over("batch", batches));
    EXPECT_TRUE(over("layer", layers));
    EXPECT_TRUE(over("copy", copies));
    EXPECT_TRUE(over("stall", stalls));
}

} // namespace
} // namespace sida::runtime
