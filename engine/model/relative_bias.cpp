// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/relative_bias.h"

#include <algorithm>
#include <cmath>

namespace sida::model
{

namespace
{

/// As in T5: small distances have a bucket each, larger ones share logarithmically growing ones. In float32,
/// like the models' own code: the last bits decide where a bucket begins.
std::size_t bucketOf(std::size_t distance, std::size_t perDirection, int maxDistance)
{
    const std::size_t exact = perDirection / 2;
    if (distance < exact)
        return distance;
    const float ratio = static_cast<float>(distance) / static_cast<float>(exact);
    const auto range = static_cast<float>(std::log(static_cast<double>(maxDistance) / double(exact)));
    if (range <= 0) // all that is not exact is equally far
        return perDirection - 1;
    const float share = std::log(ratio) / range * static_cast<float>(perDirection - exact);
    return std::min(exact + static_cast<std::size_t>(share), perDirection - 1);
}

} // namespace

RelativeBuckets::RelativeBuckets(int buckets, int maxDistance, bool bothDirections)
    : m_count(static_cast<std::size_t>(buckets))
    , m_bothDirections(bothDirections)
    , m_perDirection(static_cast<std::size_t>(buckets) / (bothDirections ? 2 : 1))
{
    for (std::size_t distance = 0;; ++distance) {
        m_byDistance.push_back(bucketOf(distance, m_perDirection, maxDistance));
        if (m_byDistance.back() == m_perDirection - 1)
            break;
    }
}

std::size_t RelativeBuckets::of(std::ptrdiff_t distance) const
{
    if (distance > 0 && !m_bothDirections)
        return 0;
    const auto magnitude = static_cast<std::size_t>(distance < 0 ? -distance : distance);
    const std::size_t bucket = m_byDistance[std::min(magnitude, m_byDistance.size() - 1)];
    return distance > 0 ? m_perDirection + bucket : bucket;
}

void fillRelativeBias(
    std::span<const float> bias, const RelativeBuckets& buckets, std::size_t length, float* out)
{
    const std::size_t perHead = buckets.count();
    const std::size_t heads = bias.size() / perHead;
    const std::size_t entries = 2 * length - 1;
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t bucket
            = buckets.of(static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(length - 1));
        for (std::size_t head = 0; head < heads; ++head)
            out[head * entries + i] = bias[head * perHead + bucket];
    }
}

} // namespace sida::model
