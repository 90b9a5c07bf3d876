// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sida::cli
{

/// `--budget-at SECONDS=SIZE`: another budget so long after the first batch began.
struct BudgetChange {
    std::chrono::duration<double> after{};
    units::Budget budget;
    std::string words; ///< as given
};

/// In the order of time. A usage error names the text that is none.
Result<std::vector<BudgetChange>> parseBudgetChanges(const std::vector<std::string>& texts);

/// Asks the engine for each change when its time has come, from a thread of its own, from begin() until the
/// run is over.
class BudgetChanger
{
public:
    BudgetChanger(api::Engine& engine, std::vector<BudgetChange> changes);

    void begin(); ///< the run has begun; once
    /// After the run: what became of each change, for people.
    std::vector<std::string> finish();

private:
    void change(const std::stop_token& stop);

    api::Engine& m_engine;
    const std::vector<BudgetChange> m_changes;
    std::vector<std::string> m_notes;
    std::jthread m_thread;
};

} // namespace sida::cli
