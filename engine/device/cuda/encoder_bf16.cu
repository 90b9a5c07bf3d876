// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/encoder_impl.cuh"

namespace sida::cuda
{

Result<std::unique_ptr<Encoder>> makeEncoderBf16(const EncoderShape& shape, const HostWeights& weights)
{
    return makeEncoderOf<bf16>(shape, weights);
}

EncoderBytes encoderBytesBf16(const EncoderShape& shape)
{
    return EncoderOf<bf16>::bytesOf(shape);
}

} // namespace sida::cuda
