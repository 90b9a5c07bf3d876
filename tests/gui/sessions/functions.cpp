// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/sessions/functions.h"

#include "engine/replay/replay.h"
#include "engine/report/compare_html.h"
#include "engine/report/report.h"
#include "engine/session/session.h"
#include "tests/gui/support/scripted_recording.h"

#include <cstdlib>

namespace sida::gui_test
{

std::shared_ptr<const api::Recording> someRun(int slotCount, std::uint64_t seed, int batches)
{
    test::RecordingScript script;
    script.cacheSlots = slotCount;
    script.budgetChangeAt = -1;
    script.seed = seed;
    script.batches = batches;
    auto recording = std::make_shared<api::Recording>(*test::scriptedRecording(script));
    recording->header.provenance.emplace_back("budget", std::to_string(slotCount) + " slots");
    return recording;
}

ui::SessionFunctions testFunctions()
{
    ui::SessionFunctions functions;
    functions.open = [](const std::filesystem::path& file, const ProgressSink& progress,
                        std::stop_token stop) -> Result<std::shared_ptr<const api::Recording>> {
        if (std::filesystem::exists(file))
            return session::readSession(file, progress, stop);
        const int slotCount = std::atoi(file.filename().c_str());
        if (slotCount == 0)
            return failure(ErrorKind::badInput, "'" + file.string() + "' is no session");
        return someRun(slotCount);
    };
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

} // namespace sida::gui_test
