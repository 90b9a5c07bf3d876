// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/batch_focus.h"

#include <QWidget>

class QLabel;
class QComboBox;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QTableWidget;

namespace sida::ui
{

class CauseBar;

/// Why one batch was slow, in words: how it compares, what it waited for, by cause and layer, and the experts
/// of the layer that is looked at.
class BatchPanel : public QWidget
{
    Q_OBJECT
public:
    explicit BatchPanel(BatchFocus* focus, QWidget* parent = nullptr);

    QString headline() const;
    QString reason() const;
    QTableWidget* table() const { return m_table; }
    QComboBox* layers() const { return m_layers; }
    QSpinBox* number() const { return m_number; }
    QPushButton* previousButton() const { return m_previous; }
    QPushButton* nextButton() const { return m_next; }
    void copyAsText() const;
    /// The slowest batch of the selection or the visible range.
    void goToSlowest();
    /// Looks at this batch and a little of its neighbours.
    void goTo(std::uint32_t batch);

Q_SIGNALS:
    void stallWanted(bool next);
    void rowWanted(quint32 batch);

private:
    QWidget* makeHead();
    QWidget* makeDetails();
    void makeTable();
    void refresh();
    void refreshLayers();
    void refreshTable();
    void showExpert();

    BatchFocus* m_focus;
    QSpinBox* m_number = nullptr;
    QPushButton* m_slowest = nullptr;
    QLabel* m_empty = nullptr;
    QScrollArea* m_scroll = nullptr;
    QLabel* m_headline = nullptr;
    QLabel* m_reason = nullptr;
    QLabel* m_advice = nullptr;
    CauseBar* m_causes = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_next = nullptr;
    QPushButton* m_row = nullptr;
    QPushButton* m_copy = nullptr;
    QComboBox* m_layers = nullptr;
    QTableWidget* m_table = nullptr;
    bool m_filling = false;
};

} // namespace sida::ui
