// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/distillation.h"

#include <ATen/ATen.h>

namespace sida::predictor
{

at::Tensor distillationLoss(
    const at::Tensor& student, const at::Tensor& indices, const at::Tensor& teacher,
    double crossEntropyWeight, api::TrainLoss kind)
{
    const at::Tensor crossEntropy = at::cross_entropy_loss(student, indices.select(1, 0));
    if (kind == api::TrainLoss::crossEntropy)
        return crossEntropy;
    const at::Tensor chosen = student.gather(1, indices);
    const at::Tensor distance = kind == api::TrainLoss::l1
        ? (chosen.softmax(1) - teacher.softmax(1)).abs().mean()
        : (teacher.softmax(1) * (teacher.log_softmax(1) - chosen.log_softmax(1))).sum(1).mean();
    return distance + crossEntropyWeight * crossEntropy;
}

Hits countHits(const at::Tensor& student, const at::Tensor& choice)
{
    const at::Tensor chosen = choice.unsqueeze(1);
    const at::Tensor value = student.gather(1, chosen);
    const at::Tensor numbers = at::arange(student.size(1), at::kLong).unsqueeze(0);
    const at::Tensor before = (student > value).logical_or((student == value).logical_and(numbers < chosen));
    const at::Tensor rank = before.sum(1);
    return {
        static_cast<std::uint64_t>((rank < 1).sum().item<std::int64_t>()),
        static_cast<std::uint64_t>((rank < 3).sum().item<std::int64_t>())};
}

} // namespace sida::predictor
