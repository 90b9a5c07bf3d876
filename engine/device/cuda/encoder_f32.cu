// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/encoder_impl.cuh"

namespace sida::cuda
{

Result<std::unique_ptr<Encoder>> makeEncoderF32(const EncoderShape& shape, const HostWeights& weights)
{
    return makeEncoderOf<float>(shape, weights);
}

EncoderBytes encoderBytesF32(const EncoderShape& shape)
{
    return EncoderOf<float>::bytesOf(shape);
}

} // namespace sida::cuda
