// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <map>

namespace sida::checkpoint
{

/// A safetensors file whose header was checked like the reference implementation does
/// (huggingface/safetensors): sizes, UTF-8, JSON, no gap or overlap, no trailing bytes, plus duplicate names
/// and nesting. Nothing of the data is read.
class SafetensorsFile final : public TensorFile
{
public:
    static Result<SafetensorsFile> open(const std::filesystem::path& path);
    SafetensorsFile(SafetensorsFile&&) noexcept = default;
    SafetensorsFile& operator=(SafetensorsFile&&) noexcept = default;

    const std::map<std::string, std::string>& metadata() const { return m_metadata; }

private:
    explicit SafetensorsFile(std::unique_ptr<State> state);
    std::map<std::string, std::string> m_metadata;
};

struct TensorToWrite {
    std::string name;
    StorageType type = StorageType::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};

/// Writes tensors in the reference's order (widest type first, then by name), header padded to 8 bytes,
/// atomically.
Status writeSafetensors(
    const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
    const std::map<std::string, std::string>& metadata = {});

} // namespace sida::checkpoint
