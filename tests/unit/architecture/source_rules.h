// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sida::test
{

/// What is wrong with one source by the rules of the house, one line each; nothing if all is well. `path` is
/// relative to the root of the repository and decides which rules hold.
std::vector<std::string> violations(const std::filesystem::path& path, const std::string& text);

/// The files of the repository that the rules are about, relative to its root: C++, CMake and shell.
std::vector<std::filesystem::path> sourcesBelow(const std::filesystem::path& root);

} // namespace sida::test
