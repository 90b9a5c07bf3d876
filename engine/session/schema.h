// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace sida::session
{

/// Everything that makes an empty database a session: tables, the names of the codes, views and the two
/// numbers in the file's head. docs/session-format.md describes it for users; both change together.
std::string schemaSql();

} // namespace sida::session
