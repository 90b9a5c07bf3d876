// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/sessions/functions.h"

#include "app/studio/session_functions.h"
#include "tests/gui/support/scripted_recording.h"

#include <cstdlib>
#include <utility>

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
    ui::SessionFunctions functions = studio::sessionFunctions();
    functions.open = [open = functions.open](
                         const std::filesystem::path& file, const ProgressSink& progress,
                         std::stop_token stop) -> Result<std::shared_ptr<const api::Recording>> {
        if (std::filesystem::exists(file))
            return open(file, progress, std::move(stop));
        const int slotCount = std::atoi(file.filename().c_str());
        if (slotCount == 0)
            return failure(ErrorKind::badInput, "'" + file.string() + "' is no session");
        return someRun(slotCount);
    };
    return functions;
}

} // namespace sida::gui_test
