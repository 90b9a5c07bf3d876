// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace sida::ui
{

class BudgetPanel;
class Studio;

/// Keeps the budget panel true: before a run it shows the plan, during a run what was measured and agreed.
class BudgetLink : public QObject
{
    Q_OBJECT
public:
    BudgetLink(Studio* studio, BudgetPanel* panel);

private:
    void refresh();
    void refreshPlan();
    void showRecorded();
    void enterRun();
    void refreshUse();

    Studio* m_studio;
    BudgetPanel* m_panel;
    bool m_live = false;
};

} // namespace sida::ui
