// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/curve_link.h"

#include "ui/budget/budget_panel.h"
#include "ui/host/text.h"
#include "ui/shell/studio.h"

namespace sida::ui
{

namespace
{

/// The curve continues the run: its own policy and eviction, or what a budget would have needed.
api::ReplayOptions optionsFor(const api::RunHeader& header)
{
    api::ReplayOptions options;
    if (header.policy == api::Policy::resident)
        options.configurations = {{api::Policy::onDemand, api::Eviction::lru, false}};
    else
        options.configurations = {{header.policy, header.eviction, false}};
    options.threads = 1; // nobody waits for it
    return options;
}

} // namespace

CurveLink::CurveLink(Studio* studio, BudgetPanel* panel)
    : QObject(panel)
    , m_studio(studio)
    , m_panel(panel)
{
    EngineHost& host = studio->host();
    connect(
        &host, &EngineHost::sessionOpened, this,
        [this](const Shared<api::Recording>& recording, const QString& path) { show(recording, path); });
    connect(&host, &EngineHost::runFinished, this, [this](const Shared<api::RunResult>& result) {
        if (result->recording)
            show(result->recording, pathText(result->session));
    });
    connect(studio, &Studio::runBegan, this, [this] {
        m_recording.reset();
        m_panel->setCurve(nullptr, {});
    });
    connect(&host, &EngineHost::curveDrawn, this, &CurveLink::take);
    connect(&host, &EngineHost::failed, this, [this](Request request, const Error& error) {
        if (request != Request::curve || error.kind == ErrorKind::cancelled)
            return;
        m_recording.reset();
        m_panel->setCurve(nullptr, tr("No curve over budgets: %1").arg(toText(error.message)));
    });
    connect(&host, &EngineHost::ended, this, &CurveLink::askIfIdle);
}

void CurveLink::show(const Shared<api::Recording>& recording, const QString& path)
{
    m_path = path;
    m_recording.reset();
    // A run that was recorded anew under the same name is another one.
    const auto known = m_known.find(path);
    const auto& figures = m_studio->figures();
    if (known != m_known.end() && figures && known->second->recorded.uses == figures->uses) {
        m_panel->setCurve(known->second, {});
        return;
    }
    if (recording->rows.batches.empty()) {
        m_panel->setCurve(nullptr, {});
        return;
    }
    m_recording = recording;
    m_panel->setCurve(nullptr, tr("Replaying this session under other budgets"));
    askIfIdle();
}

void CurveLink::askIfIdle()
{
    if (m_recording && m_studio->host().isIdle())
        m_studio->host().drawCurve(m_recording, optionsFor(m_recording->header));
}

void CurveLink::take(const Shared<api::ReplayResult>& result)
{
    if (!m_recording)
        return; // of a session that is no longer shown
    m_recording.reset();
    if (!m_path.isEmpty())
        m_known[m_path] = result;
    m_panel->setCurve(
        result, result->curves.empty() ? tr("No curve over budgets: nothing could be replayed") : QString());
}

} // namespace sida::ui
