// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>
#include <vector>

namespace sida::predictor
{

/// AdamW (Loshchilov and Hutter 2019) with PyTorch's defaults, over libtorch's fused update: the optimiser
/// classes of libtorch's C++ front end would cost every build most of a minute.
class AdamW
{
public:
    explicit AdamW(std::vector<at::Tensor> parameters);
    /// Applies the gradients that backward left and forgets them.
    void step(double learningRate);
    /// Everything it remembers, to be stored and written over.
    std::vector<at::Tensor> state() const;

private:
    std::vector<at::Tensor> m_parameters;
    std::vector<at::Tensor> m_mean;
    std::vector<at::Tensor> m_square;
    std::vector<at::Tensor> m_steps;
};

} // namespace sida::predictor
