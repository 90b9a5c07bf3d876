// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <string>
#include <vector>

namespace sida::cli
{

/// Parses and carries out one command line, the program's name left out. Returns the exit status: 0 done,
/// 1 failed, 2 wrong usage or bad input. Everything it says goes to the context's streams.
int runCommandLine(std::vector<std::string> arguments, Context& context);

} // namespace sida::cli
