// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sida::checkpoint
{

/// Element types of the safetensors format that this program tells apart; sizes in bits, since some are below
/// a byte.
enum class StorageType : std::uint8_t {
    boolean,
    f4,
    f6E2m3,
    f6E3m2,
    u8,
    i8,
    f8E5m2,
    f8E4m3,
    f8E8m0,
    f8E4m3Fnuz,
    f8E5m2Fnuz,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    c64,
    f64,
    i64,
    u64,
};
std::string_view name(StorageType type); ///< as in the format: "BF16"
int bits(StorageType type);

struct TensorEntry {
    std::string name;
    StorageType type = StorageType::f32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0; ///< absolute offset in the file
    std::uint64_t end = 0;
    std::uint64_t elements() const; ///< product of the shape; 1 for rank 0
};

/// A safetensors file whose header was checked like the reference implementation does
/// (huggingface/safetensors): sizes, UTF-8, JSON, no gap or overlap, no trailing bytes, plus duplicate names
/// and nesting. Nothing of the data is read.
class SafetensorsFile
{
public:
    static Result<SafetensorsFile> open(const std::filesystem::path& path);
    ~SafetensorsFile();
    SafetensorsFile(SafetensorsFile&&) noexcept;
    SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

    const std::filesystem::path& path() const;
    const std::vector<TensorEntry>& tensors() const; ///< in the order of their data
    const TensorEntry* find(std::string_view name) const;
    const std::map<std::string, std::string>& metadata() const;
    std::uint64_t fileBytes() const;

    /// Raw bytes; `out` has exactly the entry's size. Safe from several threads.
    Status read(const TensorEntry& entry, std::span<std::byte> out) const;
    /// Widened to float32 from F32, BF16, F16 or F64; other types are an error that names the tensor.
    Status readF32(const TensorEntry& entry, std::span<float> out) const;

private:
    struct State;
    explicit SafetensorsFile(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
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
