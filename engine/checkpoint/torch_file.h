// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

namespace sida::checkpoint
{

/// A state_dict as torch.save writes it since torch 1.6 (`pytorch_model.bin`): a zip archive of one pickle
/// and the raw storages. A dictionary that holds it as "model_state_dict" will do.
///
/// The pickle is read by a reader that knows dictionaries and tensors and cannot execute anything; archives
/// of older versions, and of other objects than a state_dict, are refused with what to do. Tensors may share
/// a storage, be parts of it, or lie in it with strides; each element at most once.
class TorchFile final : public TensorFile
{
public:
    static Result<TorchFile> open(const std::filesystem::path& path);
    TorchFile(TorchFile&&) noexcept = default;
    TorchFile& operator=(TorchFile&&) noexcept = default;

private:
    explicit TorchFile(std::unique_ptr<State> state);
};

} // namespace sida::checkpoint
