// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
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

/// Where a tensor lies in its file.
struct TensorEntry {
    std::string name;
    StorageType type = StorageType::f32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0; ///< absolute offset in the file
    std::uint64_t end = 0;
    /// In elements, one for each dimension; empty for a tensor that lies row by row without gaps, as every
    /// tensor of a safetensors file does. Never negative, and every element lies between begin and end.
    std::vector<std::int64_t> strides;

    std::uint64_t elements() const; ///< product of the shape; 1 for rank 0
    std::uint64_t bytes() const; ///< of the elements, row by row
};

/// A file of tensors whose headers were checked when it was opened; nothing of the data was read. Reading is
/// safe from several threads.
class TensorFile
{
public:
    virtual ~TensorFile();
    TensorFile(const TensorFile&) = delete;
    TensorFile& operator=(const TensorFile&) = delete;

    const std::filesystem::path& path() const;
    const std::vector<TensorEntry>& tensors() const; ///< in the order of their data
    const TensorEntry* find(std::string_view name) const;
    std::uint64_t fileBytes() const;

    /// Raw elements, row by row; `out` has exactly the entry's bytes().
    Status read(const TensorEntry& entry, std::span<std::byte> out) const;
    /// The stretch of those bytes that begins at `first`; of a tensor with strides only the whole.
    Status read(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const;
    /// Converted to `type` (F32, BF16 or F16, rounded to nearest even) from any of these or F64; other types
    /// are an error that names the tensor. `out` has room for exactly the entry's elements.
    Status readAs(StorageType type, const TensorEntry& entry, std::span<std::byte> out) const;
    /// Elements `first` and on, as many as `out` holds.
    Status
    readAs(StorageType type, const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const;
    Status readF32(const TensorEntry& entry, std::span<float> out) const;
    Status readF32(const TensorEntry& entry, std::uint64_t first, std::span<float> out) const;

    /// Tells the system that `count` elements from `first` on will not be read again soon: their copy in the
    /// page cache would take as much memory as they do.
    virtual void forget(const TensorEntry& entry, std::uint64_t first, std::uint64_t count) const;

protected:
    struct State;
    /// An open regular file; `what` is what the caller expects, for messages.
    static Result<std::unique_ptr<State>> openFile(const std::filesystem::path& path, std::string_view what);
    explicit TensorFile(std::unique_ptr<State> state);
    TensorFile(TensorFile&&) noexcept;
    TensorFile& operator=(TensorFile&&) noexcept;

    /// Elements as they are stored, row by row, from byte `first` of them on.
    virtual Status readStored(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const;

    std::unique_ptr<State> m_state;

private:
    Status
    convert(StorageType type, const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const;
    Status gather(const TensorEntry& entry, std::span<std::byte> out) const;
};

} // namespace sida::checkpoint
