// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/experts/host_store.h"
#include "engine/model/load_options.h"
#include "engine/model/switch_layout.h"

#include <stop_token>

namespace sida::model
{

/// Reads all experts into their blocks, converted to the compute type, by a few threads in the order of the
/// files. What was read of a large file does not stay in the page cache.
/// `progress` is called from the calling thread only, in bytes of memory filled.
Status readExperts(
    const SwitchLayout& layout, const LoadOptions& options, experts::HostStore& store,
    const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::model
