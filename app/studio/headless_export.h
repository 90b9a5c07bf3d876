// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/studio/studio_options.h"
#include "ui/shell/main_window.h"

namespace sida::studio
{

/// Loads what was asked for, runs the demo to its end if it was, writes the pictures and prints their names.
/// The exit status of the program.
int exportHeadless(ui::MainWindow& window, const StudioOptions& options);

} // namespace sida::studio
