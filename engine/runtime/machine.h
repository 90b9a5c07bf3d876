// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace sida::runtime
{

/// The CPU as a device: name, memory, what is free of it. Nothing is measured.
api::DeviceInfo describeCpu();

/// Library and version, for provenance and `sida doctor`.
std::vector<std::pair<std::string, std::string>> libraryVersions();

std::string hostName();
std::string operatingSystem();

/// Measures memory bandwidth (about a second) and says what this machine and build can and cannot do.
Result<api::DoctorReport> examineMachine(const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::runtime
