// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/replay.h"
#include "engine/base/units.h"
#include "ui/budget/budget_limits.h"

#include <QWidget>

#include <memory>
#include <optional>

class QDoubleSpinBox;
class QLabel;

namespace sida::ui
{

class BudgetCurve;
class BudgetSlider;
class BytesSpinBox;
class PurposeBar;

/// The budget dock: one value as bytes, as a share and on a slider, what it would hold, and what this process
/// holds now. It asks for a budget and never alters what was asked for: a refused one keeps the old and says
/// why.
class BudgetPanel : public QWidget
{
    Q_OBJECT
public:
    explicit BudgetPanel(QWidget* parent = nullptr);

    /// Not known: nothing can be set and the reason is shown.
    void setUnknown(const QString& reason);
    /// Cannot be set now (policy resident); the figures stay.
    void setFixed(const QString& reason);
    void setLimits(const BudgetLimits& limits);
    /// What is in force; shown unless the user's newer wish awaits its answer.
    void setBudget(std::uint64_t bytes);
    /// While a run goes on an edit is a question to the engine, and `budgetWanted` waits for one of these.
    void setLive(bool live);
    /// `latest` is false while a newer wish awaits its answer.
    void accepted(std::uint64_t bytes, bool latest);
    void refused(const units::Budget& asked, const QString& reason);

    /// What this process holds, planned or measured.
    void setUse(const api::PurposeBytes& bytes, std::uint64_t budget, bool measured);
    void setDevice(const api::DeviceInfo* device);

    /// What the shown session would have been under other budgets; null takes the curve away. `note` is
    /// what stands there instead or besides: that it is being made, or why there is none.
    void setCurve(std::shared_ptr<const api::ReplayResult> result, const QString& note);
    const BudgetCurve& curve() const { return *m_curve; }
    QString curveText() const;

    std::uint64_t shownBytes() const { return m_shown; }
    QString message() const;

Q_SIGNALS:
    void budgetWanted(const sida::units::Budget& budget);

private:
    QWidget* makeFields();
    QWidget* makeSlider();
    QWidget* makeMemory();
    void want(const units::Budget& budget, QWidget* source);
    void show(std::uint64_t bytes);
    void explain();
    void tellCurve();
    void setSettable(bool settable, const QString& reason);

    BudgetLimits m_limits;
    std::uint64_t m_inForce = 0;
    std::uint64_t m_shown = 0;
    bool m_live = false;
    bool m_waiting = false;
    QString m_refusal;
    QString m_notSettable;

    BytesSpinBox* m_bytes = nullptr;
    QDoubleSpinBox* m_share = nullptr;
    QLabel* m_whole = nullptr;
    BudgetSlider* m_slider = nullptr;
    BudgetCurve* m_curve = nullptr;
    QLabel* m_curveText = nullptr;
    QString m_curveNote;
    QLabel* m_smallest = nullptr;
    QLabel* m_perLayer = nullptr;
    QLabel* m_resident = nullptr;
    QLabel* m_message = nullptr;
    QLabel* m_estimate = nullptr;
    QLabel* m_useTitle = nullptr;
    QLabel* m_useFigure = nullptr;
    PurposeBar* m_bar = nullptr;
    QLabel* m_deviceTitle = nullptr;
    QLabel* m_deviceFigure = nullptr;
};

} // namespace sida::ui
