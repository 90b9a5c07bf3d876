// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <CLI/CLI.hpp>
#include <functional>

namespace sida::cli
{

/// One command: its options are added to the parser, and what it does once they are known.
struct Command {
    CLI::App* parser = nullptr;
    std::function<Status(Context&)> execute;
};

Command addDoctor(CLI::App& app);
Command addInspect(CLI::App& app);
Command addRun(CLI::App& app);
Command addTrain(CLI::App& app);
Command addEvaluate(CLI::App& app);
Command addCompare(CLI::App& app);
Command addReplay(CLI::App& app);
Command addReport(CLI::App& app);
Command addConvert(CLI::App& app);

} // namespace sida::cli
