// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"

#include <cstddef>
#include <cstdint>

namespace sida::runtime
{

/// Decides while a run goes on whether predicting pays: a predictor that is slower than the model holds it
/// up, and where nearly everything is resident it saves nothing for that. Where inference mostly waits for
/// batches, some are passed on without a table; if they go through faster it stays so, and is tried the other
/// way round now and then, or when things get slower. Times are compared per token, since batches grow longer
/// in a run.
///
/// One thread, that of hash building.
class PredictionSwitch
{
public:
    /// `queueCapacity`: batches that may wait between prediction and inference.
    explicit PredictionSwitch(std::size_t queueCapacity)
        : m_settling(queueCapacity + 4)
    {
    }

    /// Whether the next batch is to be predicted.
    bool isOn() const { return m_on; }
    /// A batch was put into the queue at that time; `starved`: the queue was empty.
    void note(Nanoseconds now, std::uint64_t tokens, bool starved);

    /// Batches that are judged together, once those of the other way have left the queue.
    static constexpr std::size_t kWindow = 32;

private:
    void judge(double timePerToken, std::size_t starved);
    void turn(bool on);

    static constexpr double kWorth = 0.95; ///< what no prediction must save to be kept
    static constexpr double kSlower = 1.5; ///< then predicting is tried again at once
    static constexpr int kPatience = 8; ///< windows until the other way is tried again; doubles in vain
    static constexpr int kMostPatience = 128;

    const std::size_t m_settling;
    bool m_on = true;
    bool m_trying = false; ///< the present way is on trial against the other's time
    int m_wait = 0; ///< windows before the other way is tried
    int m_patience = kPatience;
    double m_other = 0; ///< nanoseconds a token, the other way
    double m_usual = 0; ///< likewise without prediction, when that began

    std::size_t m_seen = 0; ///< since the last turn, at most until the window is full
    Nanoseconds m_begin = 0;
    std::uint64_t m_tokens = 0;
    std::size_t m_starved = 0;
};

} // namespace sida::runtime
