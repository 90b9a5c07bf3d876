// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"

#include <ATen/ATen.h>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

/// Internal to the predictor's training, which shares libtorch's types.
namespace sida::predictor
{

/// A network in a form that can be differentiated. Its functions throw what libtorch throws.
class Trainable
{
public:
    virtual ~Trainable() = default;
    /// The leaves that training changes, always in the same order.
    virtual std::vector<at::Tensor> parameters() const = 0;
    /// `ids` [rows, length] (int64), padded behind each row's `lengths`; the result is
    /// [real tokens, all experts] in packed order.
    virtual at::Tensor logits(const at::Tensor& ids, std::span<const int> lengths) const = 0;
    /// The same where the result depends on more of the samples (indices into the dataset) than their ids.
    virtual at::Tensor logitsOf(
        const at::Tensor& ids, std::span<const int> lengths, std::span<const std::uint64_t> samples) const
    {
        static_cast<void>(samples);
        return logits(ids, lengths);
    }
    /// The learning rate at its highest when the user names none.
    virtual double learningRate() const = 0;
    /// As it stands, to a file. `info` says which model and which loss; `notes` are further metadata.
    virtual Status write(
        const std::filesystem::path& path, api::PredictorInfo info,
        const std::map<std::string, std::string>& notes) const = 0;
};

/// Where the real tokens stand among rows * length, in packed order.
at::Tensor realTokens(std::span<const int> lengths, std::int64_t length);
/// [rows, 1, length], true where there is no token.
at::Tensor paddingMask(std::span<const int> lengths, std::int64_t length);

} // namespace sida::predictor
