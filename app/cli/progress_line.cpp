// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include "engine/base/units.h"

#include <cmath>
#include <fmt/format.h>

namespace sida::cli
{

std::string progressText(const Progress& progress)
{
    std::string text = progress.stage;
    if (progress.total > 0)
        text += fmt::format(
            " {:.0f} %", 100 * static_cast<double>(progress.done) / static_cast<double>(progress.total));
    // Tenths of a second in what is left would only flicker.
    if (progress.secondsLeft >= 0)
        text += fmt::format(
            ", {} left",
            progress.secondsLeft < 60
                ? fmt::format("{:.0f} s", std::ceil(progress.secondsLeft))
                : units::formatDuration(std::llround(progress.secondsLeft) * 1'000'000'000));
    return text;
}

void ProgressLine::show(const Progress& progress)
{
    if (!m_enabled)
        return;
    std::lock_guard lock(m_mutex);
    m_stream << "\r\x1b[K" << progressText(progress) << std::flush;
    m_shown = true;
}

void ProgressLine::wipe()
{
    std::lock_guard lock(m_mutex);
    if (m_shown)
        m_stream << "\r\x1b[K" << std::flush;
    m_shown = false;
}

ProgressSink ProgressLine::sink()
{
    return [this](const Progress& progress) { show(progress); };
}

} // namespace sida::cli
