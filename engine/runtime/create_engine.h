// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <memory>

namespace sida::runtime
{

/// The real engine behind the seam.
std::unique_ptr<api::Engine> createEngine();

} // namespace sida::runtime
