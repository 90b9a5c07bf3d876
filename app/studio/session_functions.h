// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/session_functions.h"

namespace sida::studio
{

/// The engine's own: sessions, replay and reports.
ui::SessionFunctions sessionFunctions();

} // namespace sida::studio
