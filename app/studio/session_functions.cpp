// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/session_functions.h"

#include "engine/replay/replay.h"
#include "engine/report/compare_html.h"
#include "engine/report/report.h"
#include "engine/session/session.h"

namespace sida::studio
{

ui::SessionFunctions sessionFunctions()
{
    ui::SessionFunctions functions;
    functions.open = [](const std::filesystem::path& file, const ProgressSink& progress,
                        std::stop_token stop) { return session::readSession(file, progress, stop); };
    functions.replay
        = [](const api::Recording& recording, const api::ReplayOptions& options, const ProgressSink& progress,
             const std::stop_token& stop) { return replay::replay(recording, options, progress, stop); };
    functions.report = [](std::span<const api::NamedRecording> runs) -> Result<std::string> {
        if (runs.size() == 1) {
            const api::Recording& recording = *runs.front().recording;
            const auto replay
                = replay::replay(recording, report::budgetCurveOptions(recording.header), {}, {});
            return report::toHtml(recording, runs.front().name, replay ? &*replay : nullptr);
        }
        return report::compareHtml(runs);
    };
    functions.saveCopy
        = [](const std::filesystem::path& from, const std::filesystem::path& to, const ProgressSink& progress,
             const std::stop_token& stop) { return session::saveCopy(from, to, progress, stop); };
    return functions;
}

} // namespace sida::studio
