// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/encoder.h"

namespace sida::cuda
{

// One file for each number type: they compile side by side.
Result<std::unique_ptr<Encoder>> makeEncoderF32(const EncoderShape& shape, const HostWeights& weights);
Result<std::unique_ptr<Encoder>> makeEncoderBf16(const EncoderShape& shape, const HostWeights& weights);
Result<std::unique_ptr<Encoder>> makeEncoderF16(const EncoderShape& shape, const HostWeights& weights);

EncoderBytes encoderBytesF32(const EncoderShape& shape);
EncoderBytes encoderBytesBf16(const EncoderShape& shape);
EncoderBytes encoderBytesF16(const EncoderShape& shape);

} // namespace sida::cuda
