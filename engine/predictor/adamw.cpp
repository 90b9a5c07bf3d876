// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/adamw_torch.h"

#include <c10/core/GradMode.h>

namespace sida::predictor
{

AdamW::AdamW(std::vector<at::Tensor> parameters)
    : m_parameters(std::move(parameters))
{
    for (const at::Tensor& parameter : m_parameters) {
        m_mean.push_back(at::zeros_like(parameter));
        m_square.push_back(at::zeros_like(parameter));
        m_steps.push_back(at::zeros({}, at::kFloat));
    }
}

std::vector<at::Tensor> AdamW::state() const
{
    std::vector<at::Tensor> all = m_mean;
    all.insert(all.end(), m_square.begin(), m_square.end());
    all.insert(all.end(), m_steps.begin(), m_steps.end());
    return all;
}

void AdamW::step(double learningRate)
{
    constexpr double kMeanDecay = 0.9;
    constexpr double kSquareDecay = 0.999;
    constexpr double kWeightDecay = 0.01;
    constexpr double kEpsilon = 1e-8;
    const c10::NoGradGuard noGrad;
    std::vector<at::Tensor> gradients;
    for (at::Tensor& parameter : m_parameters) {
        at::Tensor& gradient = parameter.mutable_grad();
        if (!gradient.defined())
            gradient = at::zeros_like(parameter);
        gradients.push_back(gradient);
    }
    if (gradients.empty())
        return;
    for (at::Tensor& count : m_steps)
        count += 1;
    at::_fused_adamw_(
        m_parameters, gradients, m_mean, m_square, {}, m_steps, learningRate, kMeanDecay, kSquareDecay,
        kWeightDecay, kEpsilon, false, false);
    for (at::Tensor& parameter : m_parameters)
        parameter.mutable_grad().reset();
}

} // namespace sida::predictor
