// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sida
{

/// Of the program, "0.1.0".
const char* version();

} // namespace sida
