// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sida::model
{

/// T5's bucket of each signed distance between a key and a query: of an encoder in both directions, half the
/// buckets for each; of a decoder backwards only, where all that lies ahead is in bucket 0.
class RelativeBuckets
{
public:
    RelativeBuckets(int buckets, int maxDistance, bool bothDirections);

    /// Bucket for key position - query position = `distance`.
    std::size_t of(std::ptrdiff_t distance) const;
    std::size_t count() const { return m_count; }

private:
    std::size_t m_count;
    bool m_bothDirections;
    std::size_t m_perDirection;
    std::vector<std::size_t> m_byDistance; ///< the last entry holds for everything farther
};

/// out[head][distance + length - 1] = bias of that head for key - query = distance: what a query at position
/// q adds to its scores is the stretch of `length` floats from entry length - 1 - q on. So neither time nor
/// memory grows with the square of the length.
///
/// `bias` is [heads, buckets].
void fillRelativeBias(
    std::span<const float> bias, const RelativeBuckets& buckets, std::size_t length, float* out);

} // namespace sida::model
