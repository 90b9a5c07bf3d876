// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/checkpoint.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sida::test
{

/// Names of the folders in tests/fixtures/checkpoints, sorted.
std::vector<std::string> storedCheckpoints();
std::filesystem::path storedCheckpoint(const std::string& name);
/// The name as GoogleTest allows it.
std::string testName(std::string name);

/// SHA-256 of each tensor's values as float32, by name.
using TensorDigests = std::map<std::string, std::string>;

/// What transformers says of a checkpoint.
struct ExpectedCheckpoint {
    TensorDigests digests;
    int moeLayers = 0;
    int labels = 0;
    bool decoder = false;
    bool generates = false;
};
ExpectedCheckpoint expectedOf(const std::filesystem::path& folder);

/// Throws when a tensor cannot be read.
TensorDigests digestsOf(const checkpoint::Checkpoint& checkpoint);

} // namespace sida::test
