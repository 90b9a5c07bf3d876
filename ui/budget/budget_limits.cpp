// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/budget_limits.h"

#include <algorithm>

namespace sida::ui
{

int BudgetLimits::slots(std::uint64_t budget) const
{
    if (!known() || expertBytes == 0 || budget < smallest)
        return 0;
    // Everything but the slots is the same at both ends, so count downwards from all of them.
    if (budget >= resident)
        return experts;
    const std::uint64_t missing = (resident - budget + expertBytes - 1) / expertBytes;
    return std::max(0, experts - static_cast<int>(std::min<std::uint64_t>(missing, experts)));
}

double BudgetLimits::expertsPerLayer(std::uint64_t budget) const
{
    return layers > 0 ? static_cast<double>(slots(budget)) / layers : 0;
}

std::uint64_t BudgetLimits::bytesFor(int perLayer) const
{
    const std::uint64_t absent
        = static_cast<std::uint64_t>(std::max(0, experts - perLayer * layers)) * expertBytes;
    return absent < resident ? resident - absent : 0;
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
