// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/model/linear.h"

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace sida::model
{

/// Reads the large tensors of a model. First it is told where each one's values belong; then a few threads
/// read them all, piece by piece in the order of the files, each value straight into its place: memory that
/// is touched for the first time costs more than what is read into it.
///
/// What was read of a large file does not stay in the page cache.
class WeightReader
{
public:
    using Tensor = checkpoint::Checkpoint::Tensor;

    explicit WeightReader(api::DType compute)
        : m_compute(compute)
    {
    }

    /// Values one after the other, in the compute type. `target` must stay where it is until run() is
    /// through, here and below.
    void add(const Tensor& tensor, std::byte* target);
    /// The same, kept as float32.
    void addRounded(const Tensor& tensor, float* target);
    /// Rows of a matrix in the compute type, from row `first` of it on.
    void addRows(const Tensor& tensor, const MatrixMemory& matrix, std::size_t first);

    /// `progress` is called from the calling thread only, in bytes of memory filled.
    Status run(const ProgressSink& progress, const std::stop_token& stop) const;

private:
    friend class WeightReaders;
    enum class Kind : std::uint8_t { compute, rounded, rows };
    /// A part of a tensor that one thread reads at a time.
    struct Piece {
        Tensor tensor;
        Kind kind;
        std::uint64_t first; ///< element
        std::uint64_t count;
        std::byte* target; ///< of its first element; rows have a matrix instead
        std::size_t matrix; ///< index into m_matrices
        std::size_t row; ///< of the matrix, that the piece begins with
    };
    void split(const Piece& whole, std::uint64_t unit);

    api::DType m_compute;
    std::vector<Piece> m_pieces;
    std::vector<MatrixMemory> m_matrices;
};

} // namespace sida::model
