// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace sida
{

/// A result that comes piece by piece, written beside its place: it appears there with commit(), and goes
/// away without. An error names the file. Not for devices.
class GrowingFile
{
public:
    static Result<GrowingFile> create(const std::filesystem::path& path);
    GrowingFile(GrowingFile&&) noexcept;
    GrowingFile& operator=(GrowingFile&&) noexcept;
    ~GrowingFile();

    /// Anywhere; what was never written reads as zeros.
    Status writeAt(std::uint64_t offset, std::span<const std::byte> bytes);
    /// What was written there before.
    Status readAt(std::uint64_t offset, std::span<std::byte> bytes) const;
    /// Everything is on the disk and the file in its place. Nothing may be written afterwards.
    Status commit();

private:
    struct State;
    explicit GrowingFile(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace sida
