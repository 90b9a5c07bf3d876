// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace at
{
class Tensor;
}

namespace sida::predictor
{

/// The truncated distillation loss of SiDA-MoE for one MoE layer, a scalar, or one of its alternatives.
///
/// `student` [tokens, experts]; `indices` [tokens, T] (int64) names the teacher's T largest logits, largest
/// first, and `teacher` [tokens, T] holds them. Both are turned into a distribution over these T experts;
/// the loss is the mean absolute difference plus `crossEntropyWeight` times the cross-entropy of all of the
/// student's logits against the teacher's first choice. With `kl` the divergence of the student's from the
/// teacher's distribution takes the place of the difference; with `crossEntropy` there is nothing else.
at::Tensor distillationLoss(
    const at::Tensor& student, const at::Tensor& indices, const at::Tensor& teacher,
    double crossEntropyWeight, api::TrainLoss kind = api::TrainLoss::l1);

/// How many tokens have the teacher's choice among the student's first 1 and 3.
struct Hits {
    std::uint64_t top1 = 0;
    std::uint64_t top3 = 0;
};

/// `choice` [tokens] (int64) is the teacher's; ties of the student go to the lower index.
Hits countHits(const at::Tensor& student, const at::Tensor& choice);

} // namespace sida::predictor
