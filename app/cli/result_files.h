// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/inspector.h"
#include "engine/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

/// What is asked about a place for a result before any work begins: a long run must not end in a refusal,
/// and a mistyped option must not cost a file.
namespace sida::cli
{

enum class ResultKind { safetensors, jsonLines, json, html, pdf, predictor, session };

struct ResultFile {
    std::string option; ///< as on the command line: "--outputs"
    std::filesystem::path path;
    ResultKind kind = ResultKind::json;
    bool force = false; ///< an existing session may be replaced
};

/// Refused: a folder, a place that cannot be written, a file that is also an input (`inputs`; a folder stands
/// for the files in it), and a file that is not of the kind to be written.
Status checkResultFile(
    const ResultFile& result, const std::vector<std::filesystem::path>& inputs, const Inspector& inspector);

/// The file or folder is there; the engine says later whether it is any good.
Status checkInput(const std::filesystem::path& path);

/// True when both names mean the same place, also where nothing is there yet.
bool isSamePlace(const std::filesystem::path& a, const std::filesystem::path& b);

/// True when the path leads to this program's standard output, as /dev/stdout does. What is written there
/// goes through the stream: the file behind it may be shared with others, or be appended to.
bool isStandardOutput(const std::filesystem::path& path);

} // namespace sida::cli
