// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/compare.h"
#include "engine/api/recording.h"
#include "engine/api/replay.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace sida::ui
{

/// What can be made of recorded runs without a model: functions of the engine's libraries, handed in so that
/// the window needs only the seam. They touch nothing that a run uses and may be called from any thread while
/// one goes on.
struct SessionFunctions {
    std::function<Result<std::shared_ptr<const api::Recording>>(
        const std::filesystem::path&, const ProgressSink&, std::stop_token)>
        open;
    std::function<Result<api::ReplayResult>(
        const api::Recording&, const api::ReplayOptions&, const ProgressSink&, std::stop_token)>
        replay;
    /// One run's report, or the comparison of several, as the HTML page that `sida report` writes.
    std::function<Result<std::string>(std::span<const api::NamedRecording>)> report;
    /// Writes a session again at another place, as one file.
    std::function<Status(
        const std::filesystem::path& from, const std::filesystem::path& to, const ProgressSink&,
        std::stop_token)>
        saveCopy;
};

} // namespace sida::ui
