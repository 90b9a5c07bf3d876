// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sida::ui
{

/// Style sheet of the window's fields, lists and scroll bars in the colours of the theme in use.
QString controlsStyle();

} // namespace sida::ui
