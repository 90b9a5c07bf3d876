// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/compare.h"

#include <QString>

#include <memory>
#include <vector>

namespace sida::ui
{

struct ComparedRun {
    QString name; ///< of the file
    QString path;
    std::shared_ptr<const api::Recording> recording;
};

/// Runs side by side, and what comes of it; the first is the baseline.
struct ComparedRuns {
    std::vector<ComparedRun> runs;
    api::Comparison comparison;
};

} // namespace sida::ui
