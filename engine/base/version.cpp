// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/version.h"

namespace sida
{

const char* version()
{
    return SIDA_VERSION;
}

} // namespace sida
