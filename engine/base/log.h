// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <spdlog/spdlog.h>

namespace sida::log
{

/// Sends log lines to stderr, as `warning: ...`; SIDA_LOG=debug|info|warn sets the level (default warn).
void initialise();

} // namespace sida::log
