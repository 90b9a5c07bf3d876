// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"

#include <mutex>
#include <ostream>
#include <string>

namespace sida::cli
{

/// One line on a terminal that is overwritten as the work goes on and wiped when it ends. Says nothing
/// where stderr is a file. May be told from any thread.
class ProgressLine
{
public:
    ProgressLine(std::ostream& stream, bool enabled)
        : m_stream(stream)
        , m_enabled(enabled)
    {
    }
    ~ProgressLine() { wipe(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const Progress& progress);
    void wipe();
    ProgressSink sink();

private:
    std::ostream& m_stream;
    const bool m_enabled;
    std::mutex m_mutex;
    bool m_shown = false;
};

/// "Loading experts 45 %, 12.0 s left"
std::string progressText(const Progress& progress);

} // namespace sida::cli
