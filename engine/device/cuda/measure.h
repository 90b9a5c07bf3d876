// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"

#include <stop_token>

namespace sida::cuda
{

/// Rates of the current device: host to device from pinned and from pageable memory in blocks of a typical
/// expert, device to device, and reading device memory by a kernel. Timed by the device's own events; the
/// best of several, so that a busy machine matters less.
Status measureRates(api::DeviceInfo& info, const std::stop_token& stop);

} // namespace sida::cuda
