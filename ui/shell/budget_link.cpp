// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/budget_link.h"

#include "ui/budget/budget_panel.h"
#include "ui/shell/studio.h"

#include <numeric>

namespace sida::ui
{

namespace
{

bool running(Activity activity)
{
    return activity == Activity::running || activity == Activity::stopping;
}

BudgetLimits limitsOf(const api::RunHeader& header)
{
    BudgetLimits limits;
    limits.smallest = header.smallestBytes;
    limits.resident = header.residentBytes;
    limits.expertBytes = header.expertBytes;
    limits.layers = static_cast<int>(header.expertsPerLayer.size());
    limits.experts = std::accumulate(header.expertsPerLayer.begin(), header.expertsPerLayer.end(), 0);
    return limits;
}

} // namespace

BudgetLink::BudgetLink(Studio* studio, BudgetPanel* panel)
    : QObject(panel)
    , m_studio(studio)
    , m_panel(panel)
{
    connect(m_panel, &BudgetPanel::budgetWanted, m_studio, &Studio::changeBudget);
    connect(m_studio, &Studio::activityChanged, this, &BudgetLink::refresh);
    connect(m_studio, &Studio::figuresChanged, this, &BudgetLink::refreshUse);
    connect(m_studio, &Studio::runBegan, this, &BudgetLink::enterRun);
    connect(m_studio, &Studio::recordingChanged, this, &BudgetLink::refresh);
    connect(&m_studio->nextRun(), &NextRun::changed, this, &BudgetLink::refresh);
    EngineHost& host = m_studio->host();
    connect(&host, &EngineHost::budgetRefused, m_panel, &BudgetPanel::refused);
    connect(
        &host, &EngineHost::budgetAccepted, this, [this](const Shared<api::BudgetPlan>& plan, bool latest) {
            m_panel->accepted(plan->budgetBytes, latest);
            // The next run begins with what this one ended with.
            m_studio->nextRun().setBudget(units::Budget::ofBytes(plan->budgetBytes));
        });
    refresh();
}

void BudgetLink::refresh()
{
    const bool live = running(m_studio->activity());
    if (m_live && !live)
        m_panel->setLive(false);
    m_live = live;
    m_panel->setDevice(m_studio->nextRun().device());
    if (!m_live)
        refreshPlan();
}

void BudgetLink::refreshPlan()
{
    const NextRun& run = m_studio->nextRun();
    if (!run.model() && m_studio->recording().hasRun())
        return showRecorded();
    if (!run.model())
        return m_panel->setUnknown(tr("Choose a model to see what it needs"));
    const PartStatus status = run.status(Part::budget);
    if (!run.plan())
        return m_panel->setUnknown(
            status.readiness == Readiness::failed ? status.detail : tr("Working out what the model needs"));
    m_panel->setLimits(limitsOf(*run.plan(), *run.model()));
    // What was asked for, also while the plan for it is still being made.
    m_panel->setBudget(run.options().budget.resolve(run.plan()->residentBytes));
    m_panel->setUse(run.plan()->byPurpose, run.plan()->budgetBytes, false);
    if (run.options().policy == api::Policy::resident)
        m_panel->setFixed(tr("Policy resident keeps every expert on the device"));
}

/// Without a model there is no next run to plan; what the session ended with is still worth looking at.
void BudgetLink::showRecorded()
{
    const auto& memory = m_studio->recording().rows().memory;
    const BudgetLimits limits = limitsOf(m_studio->recording().header());
    if (!limits.known())
        return m_panel->setUnknown(tr("Choose a model to see what it needs"));
    m_panel->setLimits(limits);
    if (!memory.empty()) {
        m_panel->setBudget(memory.back().budget);
        m_panel->setUse(memory.back().bytes, memory.back().budget, true);
    }
    m_panel->setFixed(tr("As this session was recorded; choose a model to set the next run's budget"));
}

void BudgetLink::enterRun()
{
    m_live = true;
    const api::RunHeader& header = m_studio->recording().header();
    m_panel->setLimits(limitsOf(header));
    m_panel->setLive(true);
    if (header.policy == api::Policy::resident)
        m_panel->setFixed(tr("Policy resident keeps every expert on the device"));
}

void BudgetLink::refreshUse()
{
    if (!m_live || m_studio->recording().rows().memory.empty())
        return;
    const api::MemoryRow& row = m_studio->recording().rows().memory.back();
    m_panel->setBudget(row.budget);
    m_panel->setUse(row.bytes, row.budget, true);
}

} // namespace sida::ui
