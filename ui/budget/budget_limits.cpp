// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/budget_limits.h"

#include <algorithm>

namespace sida::ui
{

namespace
{

/// What the smallest budget that works holds; all else in it is there whatever the budget.
constexpr int kFewestSlots = 2;

} // namespace

int BudgetLimits::slots(std::uint64_t budget) const
{
    if (!known() || expertBytes == 0 || budget < smallest)
        return 0;
    const std::uint64_t more = (budget - smallest) / expertBytes;
    return static_cast<int>(
        std::min<std::uint64_t>(more + kFewestSlots, static_cast<std::uint64_t>(experts)));
}

double BudgetLimits::expertsPerLayer(std::uint64_t budget) const
{
    return layers > 0 ? static_cast<double>(slots(budget)) / layers : 0;
}

std::uint64_t BudgetLimits::bytesFor(int perLayer) const
{
    const auto slots = static_cast<std::uint64_t>(std::max(0, perLayer * layers - kFewestSlots));
    return smallest + slots * expertBytes;
}

BudgetLimits limitsOf(const api::BudgetPlan& plan, const api::ModelInfo& model)
{
    BudgetLimits limits;
    limits.smallest = plan.smallestBytes;
    limits.resident = plan.residentBytes;
    limits.experts = plan.experts;
    limits.layers = static_cast<int>(model.moeLayers.size());
    // The plan is for the precision of the run, which may differ from the model's own.
    const std::uint64_t slotBytes = plan.byPurpose[static_cast<std::size_t>(api::Purpose::expertSlots)];
    limits.expertBytes = plan.slots > 0 && slotBytes > 0 ? slotBytes / static_cast<std::uint64_t>(plan.slots)
                                                         : model.expertBytes;
    return limits;
}

} // namespace sida::ui
