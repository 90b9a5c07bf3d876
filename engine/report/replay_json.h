// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/replay.h"

#include <filesystem>
#include <string>

namespace sida::report
{

/// The object of `sida replay --json` (docs/command-line.md).
std::string replayJson(const api::ReplayResult& result, const std::filesystem::path& session);

} // namespace sida::report
