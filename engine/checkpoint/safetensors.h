// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <functional>
#include <map>
#include <ostream>

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

struct TensorHeader {
    std::string name;
    StorageType type = StorageType::f32;
    std::vector<std::int64_t> shape;
};

/// Writes the tensor at `index` of the list to the stream, exactly as many bytes as its type and shape make.
using WriteTensor = std::function<Status(std::size_t index, std::ostream& stream)>;

/// Writes tensors one after the other, so that none needs to be in memory as a whole: in the reference's
/// order (widest type first, then by name), header padded to 8 bytes, atomically.
Status streamSafetensors(
    const std::filesystem::path& path, const std::vector<TensorHeader>& tensors,
    const std::map<std::string, std::string>& metadata, const WriteTensor& write);

struct TensorToWrite {
    std::string name;
    StorageType type = StorageType::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};

/// The same for tensors that are in memory.
Status writeSafetensors(
    const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
    const std::map<std::string, std::string>& metadata = {});

} // namespace sida::checkpoint
