// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <string>

namespace sida::cli
{

/// The bytes of a PDF with what that report page says, made by the program `sida-pdf` beside this one. An
/// `unsupported` error where there is none.
Result<std::string> runPdfProgram(const std::string& html);

/// The same with that program; for tests.
Result<std::string> runPdfProgram(const std::filesystem::path& program, const std::string& html);

} // namespace sida::cli
