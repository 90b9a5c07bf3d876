// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/recording.h"

#include <filesystem>
#include <ostream>

namespace sida::cli
{

/// What a run was and how it went, for people: what `sida run` and `sida inspect SESSION` print.
void writeRunSummary(
    std::ostream& out, const api::RunHeader& header, const api::Figures& figures,
    const std::filesystem::path& session);
void writeRunSummary(
    std::ostream& out, const api::Recording& recording, const std::filesystem::path& session);

} // namespace sida::cli
