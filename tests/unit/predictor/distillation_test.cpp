// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/distillation.h"

#include <ATen/ATen.h>
#include <cmath>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

TEST(DistillationLossTest, equalsAHandComputedCase)
{
    // Two tokens, four experts, T = 2. The teacher's top two are (1, 3) and (2, 0).
    const double ln2 = std::log(2.0);
    const double ln3 = std::log(3.0);
    const at::Tensor student = at::tensor({0.0, ln2, 5.0, 0.0, ln3, -4.0, 0.0, 0.0}, at::kFloat).view({2, 4});
    const at::Tensor indices = at::tensor({1, 3, 2, 0}, at::kLong).view({2, 2});
    const at::Tensor teacher = at::tensor({ln3, 0.0, 1.0, 1.0}, at::kFloat).view({2, 2});
    // Over the teacher's two: student (2/3, 1/3) and (1/4, 3/4), teacher (3/4, 1/4) and (1/2, 1/2).
    const double l1 = (1.0 / 12 + 1.0 / 12 + 1.0 / 4 + 1.0 / 4) / 4;
    const double crossEntropy
        = (std::log((1 + 2 + std::exp(5.0) + 1) / 2) + std::log(3 + std::exp(-4.0) + 1 + 1)) / 2;
    EXPECT_NEAR(distillationLoss(student, indices, teacher, 0).item<double>(), l1, 1e-6);
    EXPECT_NEAR(
        distillationLoss(student, indices, teacher, 0.5).item<double>(), l1 + 0.5 * crossEntropy, 1e-6);
}

TEST(DistillationLossTest, aStudentThatEqualsItsTeacherHasOnlyTheCrossEntropyLeft)
{
    const at::Tensor logits = at::randn({5, 6});
    const auto [values, indices] = logits.topk(4, 1);
    EXPECT_NEAR(distillationLoss(logits, indices, values, 0).item<double>(), 0, 1e-7);
    EXPECT_GT(distillationLoss(logits, indices, values, 0.005).item<double>(), 0);
}

TEST(CountHitsTest, countsTheTeachersChoiceAmongTheFirstOneAndThree)
{
    const at::Tensor student
        = at::tensor({9, 1, 2, 3, 0, 9, 8, 7, 6, 0, 1, 1, 1, 1, 1}, at::kFloat).view({3, 5});
    // First and third place of clear orders; in a tie of all, number 2 comes third.
    const Hits hits = countHits(student, at::tensor({0, 2, 2}, at::kLong));
    EXPECT_EQ(hits.top1, 1U);
    EXPECT_EQ(hits.top3, 3U);
    EXPECT_EQ(countHits(student, at::tensor({4, 3, 3}, at::kLong)).top3, 0U);
}

} // namespace
} // namespace sida::predictor
