// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/inspector.h"
#include "engine/api/engine.h"

#include <functional>
#include <memory>
#include <ostream>
#include <stop_token>
#include <string>

namespace sida::cli
{

/// What a command works with. A test gives its own engine and streams.
struct Context {
    std::function<std::unique_ptr<api::Engine>()> makeEngine; ///< called once, by the command that needs it
    Inspector& inspector;
    std::ostream& out;
    std::ostream& err;
    bool showProgress = false; ///< stderr is a terminal
    std::stop_token stop; ///< triggered by SIGINT and SIGTERM
    /// The bytes of a PDF that says what a report's HTML page says; empty where nothing can make one.
    std::function<Result<std::string>(const std::string& html)> makePdf = {};
};

} // namespace sida::cli
