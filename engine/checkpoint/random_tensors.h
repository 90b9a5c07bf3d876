// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

namespace sida::checkpoint
{

/// A tensor that is to be made up: uniformly distributed around `mean`.
struct RandomTensor {
    std::string name;
    StorageType type = StorageType::f32; ///< F32, BF16 or F16
    std::vector<std::int64_t> shape;
    float deviation = 0;
    float mean = 0;
};

/// Tensors that are nowhere stored: each value comes from a hash of the seed, the tensor's name and the
/// value's place, so that any part can be read by any thread at any time, always with the same result.
class RandomTensors final : public TensorFile
{
public:
    /// `path` stands in messages.
    RandomTensors(const std::filesystem::path& path, std::vector<RandomTensor> tensors, std::uint64_t seed);

    void forget(const TensorEntry&, std::uint64_t, std::uint64_t) const override { }

private:
    Status readStored(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const override;

    struct Distribution {
        std::uint32_t seed = 0;
        float deviation = 0;
        float mean = 0;
    };
    std::vector<Distribution> m_distributions; ///< of the tensors, in their order
};

} // namespace sida::checkpoint
