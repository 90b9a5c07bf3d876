// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experts/hash_table.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sida::predictor
{

/// The `best.size()` largest of `logits`, largest first, ties to the lower index.
void topIndices(std::span<const float> logits, std::span<std::uint16_t> best);

/// Enters some tokens' logits [tokens.size(), all experts] into a table whose vectors have their final size:
/// per layer the table.k most probable experts and their share of the softmax over all experts of the layer.
void fillTable(
    std::span<const std::uint32_t> tokens, std::span<const float> logits, const std::vector<int>& experts,
    experts::HashTable& table);

} // namespace sida::predictor
