// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/engine_host.h"

#include <QObject>
#include <QString>

#include <map>

namespace sida::ui
{

class BudgetPanel;
class Studio;

/// Has the shown session replayed under other budgets, for the curve in the budget panel: when the engine has
/// nothing else to do, once for each session, and again from the start when something came between.
class CurveLink : public QObject
{
    Q_OBJECT
public:
    CurveLink(Studio* studio, BudgetPanel* panel);

private:
    void show(const Shared<api::Recording>& recording, const QString& path);
    void askIfIdle();
    void take(const Shared<api::ReplayResult>& result);

    Studio* m_studio;
    BudgetPanel* m_panel;
    Shared<api::Recording> m_recording; ///< to be replayed; null when it has been
    QString m_path;
    std::map<QString, Shared<api::ReplayResult>> m_known; ///< by session file
};

} // namespace sida::ui
