// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/growing_file.h"
#include "engine/checkpoint/safetensors.h"

#include <string>
#include <vector>

namespace sida::checkpoint
{

/// A safetensors file that grows tensor by tensor, where shapes become known only as the tensors come. What
/// is kept in memory does not grow with it.
///
/// The format wants the header first, so room is left for it: the most that it can take, the rest of which
/// stays blank. The file appears with commit(), whole or not at all.
class GrowingSafetensors
{
public:
    /// What one tensor takes of the header when its data end at `end`: grows with name, shape and end.
    static std::uint64_t headerBytes(const TensorHeader& tensor, std::uint64_t end);

    /// `headerBytes` is the sum over all tensors that will come, or more; an error if the format has no room
    /// for that.
    static Result<GrowingSafetensors> create(const std::filesystem::path& path, std::uint64_t headerBytes);

    /// `data` are as many bytes as type and shape make. Names must differ; tensors stand in the file in the
    /// order in which they come.
    Status add(const TensorHeader& tensor, std::span<const std::byte> data);
    Status commit();

private:
    /// One of the two places where the file grows.
    struct Place {
        std::uint64_t end; ///< in the file, of what was written and what still waits
        std::vector<std::byte> waiting = {};
    };

    GrowingSafetensors(GrowingFile file, std::filesystem::path path, std::uint64_t room);
    Status append(Place& place, std::span<const std::byte> bytes);
    Status flush(Place& place);

    GrowingFile m_file;
    std::filesystem::path m_path;
    Place m_header;
    Place m_data;
    std::uint64_t m_dataBegin;
    bool m_empty = true;
};

} // namespace sida::checkpoint
