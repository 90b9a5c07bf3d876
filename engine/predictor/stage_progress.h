// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/base/progress.h"

#include <cstdint>
#include <string>
#include <utility>

namespace sida::predictor
{

/// Reports one stage of a long operation: its first and last step, and at most ten steps a second between.
class StageProgress
{
public:
    StageProgress(const ProgressSink& sink, std::string stage, std::uint64_t total)
        : m_sink(sink)
        , m_stage(std::move(stage))
        , m_total(total)
        , m_start(monotonicNow())
    {
        report(0);
    }

    void report(std::uint64_t done)
    {
        constexpr Nanoseconds kInterval = 100'000'000;
        const Nanoseconds now = monotonicNow();
        if (!m_sink || (done != 0 && done != m_total && now - m_last < kInterval))
            return;
        m_last = now;
        const double each
            = done == 0 ? -1 : static_cast<double>(now - m_start) / 1e9 / static_cast<double>(done);
        m_sink({m_stage, done, m_total, done == 0 ? -1 : each * static_cast<double>(m_total - done)});
    }

    double seconds() const { return static_cast<double>(monotonicNow() - m_start) / 1e9; }

private:
    const ProgressSink& m_sink;
    std::string m_stage;
    std::uint64_t m_total;
    Nanoseconds m_start;
    Nanoseconds m_last = 0;
};

} // namespace sida::predictor
