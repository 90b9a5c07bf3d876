// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/run/next_run.h"

#include <QFrame>

#include <array>

class QGridLayout;
class QLabel;
class QPushButton;

namespace sida::ui
{

/// The parts of the next run, one row each: ready, missing or optional, in words and with a mark. Only the
/// button of the next step is accented.
class NextRunTable : public QFrame
{
    Q_OBJECT
public:
    explicit NextRunTable(NextRun* run, QWidget* parent = nullptr);

    QPushButton* button(Part part) const { return m_rows[static_cast<std::size_t>(part)].choose; }
    /// Nothing can be chosen while something runs.
    void setBusy(const QString& reason);

Q_SIGNALS:
    void partWanted(sida::ui::Part part);
    void trainingWanted();

private:
    struct Row {
        QLabel* readiness = nullptr;
        QLabel* headline = nullptr;
        QLabel* detail = nullptr;
        QPushButton* choose = nullptr;
    };
    void addRow(QGridLayout* grid, Part part);
    void refresh();
    void refreshRow(Part part);

    NextRun* m_run;
    QString m_busy;
    std::array<Row, kParts> m_rows;
    QPushButton* m_train = nullptr;
};

} // namespace sida::ui
