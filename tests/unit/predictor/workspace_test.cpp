// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"

#include "engine/predictor/network.h"
#include "engine/predictor/predictor.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

constexpr int kVocabulary = 50;

/// Peak of what one pass takes from a workspace of exactly the size that was promised to be enough.
std::uint64_t peakOf(const Network& network, const std::vector<int>& lengths)
{
    const auto batch = test::randomBatch(lengths, kVocabulary);
    const auto embeddings = test::randomValues(
        static_cast<std::size_t>(kVocabulary) * static_cast<std::size_t>(network.shape().embeddingDim), 3);
    device::Workspace workspace(network.workspaceBytes(batch.rows, batch.length));
    const device::WorkspaceScope scope(workspace);
    network.forward(batch, embeddings, [](auto, auto) {});
    EXPECT_EQ(workspace.used(), 0U) << "everything is given back";
    return workspace.peak();
}

TEST(PredictorWorkspaceTest, thePromisedSizeIsEnoughForEveryShapeAndNotTwiceTheNeed)
{
    const PredictorFile file = test::randomPredictor(96, 40, {16, 12});
    const Network network(file.shape, file.weights);
    for (const auto& lengths :
         {std::vector<int>{1}, std::vector<int>{25}, std::vector<int>{512}, std::vector<int>(64, 30),
          std::vector<int>(400, 2)}) {
        const std::uint64_t peak = peakOf(network, lengths);
        const std::uint64_t bound = network.workspaceBytes(static_cast<int>(lengths.size()), lengths.front());
        EXPECT_GT(peak, 0U) << "the pass did not use the workspace";
        EXPECT_LE(peak, bound);
        EXPECT_LE(bound, 2 * peak);
    }
}

TEST(PredictorWorkspaceTest, shorterSentencesNeverNeedMoreThanTheirPaddedShape)
{
    const PredictorFile file = test::randomPredictor(32, 16, {8});
    const Network network(file.shape, file.weights);
    EXPECT_LE(peakOf(network, {40, 3, 1, 17}), network.workspaceBytes(4, 40));
    EXPECT_LE(peakOf(network, {700, 1}), network.workspaceBytes(2, 700));
}

TEST(PredictorWorkspaceTest, aLongerOrLargerBatchNeverNeedsLess)
{
    const PredictorFile file = test::randomPredictor(32, 16, {8});
    const Network network(file.shape, file.weights);
    for (int rows = 1; rows < 300; rows += 13)
        for (int length = 1; length < 600; length += 61) {
            EXPECT_LE(network.workspaceBytes(rows, length), network.workspaceBytes(rows + 1, length));
            EXPECT_LE(network.workspaceBytes(rows, length), network.workspaceBytes(rows, length + 1));
        }
}

} // namespace
} // namespace sida::predictor
