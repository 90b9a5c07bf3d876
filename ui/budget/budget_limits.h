// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"

#include <cstdint>

namespace sida::ui
{

/// What a budget is measured against. Enough to say at once, without asking the engine, how many experts a
/// budget holds.
struct BudgetLimits {
    std::uint64_t smallest = 0;
    std::uint64_t resident = 0;
    std::uint64_t expertBytes = 0; ///< one slot
    int experts = 0;
    int layers = 0;

    bool known() const { return resident > 0 && resident >= smallest; }
    /// Experts that fit, at most all of them; none below the smallest budget that works.
    int slots(std::uint64_t budget) const;
    double expertsPerLayer(std::uint64_t budget) const;
    /// The budget that holds so many experts in each layer.
    std::uint64_t bytesFor(int perLayer) const;
    int mostPerLayer() const { return layers > 0 ? experts / layers : 0; }
    bool operator==(const BudgetLimits&) const = default;
};

BudgetLimits limitsOf(const api::BudgetPlan& plan, const api::ModelInfo& model);

} // namespace sida::ui
