// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <unistd.h>

namespace sida::checkpoint
{

class Descriptor
{
public:
    explicit Descriptor(int value)
        : m_value(value)
    {
    }
    ~Descriptor()
    {
        if (m_value >= 0)
            ::close(m_value);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_value; }

private:
    int m_value;
};

/// What all kinds of tensor files are made of; their open() fills it.
struct TensorFile::State {
    State(std::filesystem::path where, int descriptor)
        : path(std::move(where))
        , file(descriptor)
    {
    }
    std::filesystem::path path;
    Descriptor file;
    std::uint64_t bytes = 0;
    std::vector<TensorEntry> tensors; ///< in the order of their data
    std::vector<std::uint32_t> byName; ///< indices into tensors, sorted by name

    /// Exactly as many bytes as `out` holds.
    Status readAt(std::uint64_t offset, std::span<std::byte> out) const;
};

} // namespace sida::checkpoint
