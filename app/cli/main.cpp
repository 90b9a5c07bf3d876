// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"
#include "app/cli/engine_inspector.h"
#include "app/cli/pdf_program.h"
#include "app/cli/signal_watcher.h"
#include "engine/base/log.h"
#include "engine/runtime/create_engine.h"

#include <iostream>
#include <unistd.h>

int main(int count, char** values)
{
    const sida::cli::SignalWatcher signals; // before anything starts a thread
    sida::log::initialise();
    sida::cli::EngineInspector inspector;
    sida::cli::Context context{sida::runtime::createEngine,  inspector,      std::cout, std::cerr,
                               ::isatty(STDERR_FILENO) == 1, signals.token()};
    context.makePdf = [](const std::string& html) { return sida::cli::runPdfProgram(html); };
    const int status = sida::cli::runCommandLine({values + 1, values + count}, context);
    return signals.signal() != 0 ? 128 + signals.signal() : status;
}
