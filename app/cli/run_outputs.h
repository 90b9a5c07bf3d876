// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/result_files.h"
#include "engine/api/results.h"

#include <filesystem>
#include <ostream>
#include <vector>

namespace sida::cli
{

/// The kind that the file's name asks for; /dev/stdout and other devices get JSON Lines.
Result<ResultKind> outputsKind(const std::filesystem::path& path);

/// One entry per sample in the dataset's order, whole or not at all. In safetensors `logits.<i>` [labels] or
/// `last_hidden_state.<i>` [length, d_model], `generated_ids.<i>`, and for scoring `logits.<i>` [target
/// length, vocabulary]; in JSON Lines what docs/command-line.md lists for the task.
Status writeOutputs(const std::filesystem::path& path, ResultKind kind, const api::RunResult& result);
void writeJsonLines(std::ostream& out, const api::RunResult& result);

} // namespace sida::cli
