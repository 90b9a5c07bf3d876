// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>

class QAction;
class QLineEdit;
class QListWidget;

namespace sida::ui
{

/// Finds what one types a part of: every action, or by number a batch ("17") or an expert ("2/34"). Enter
/// does it.
class CommandPalette : public QDialog
{
    Q_OBJECT
public:
    CommandPalette(QList<QAction*> actions, QWidget* parent);

    QLineEdit* edit() const { return m_edit; }
    QListWidget* list() const { return m_list; }

Q_SIGNALS:
    void batchWanted(quint32 batch);
    void expertWanted(int layer, int expert);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter();
    void run();

    QList<QAction*> m_actions;
    QLineEdit* m_edit;
    QListWidget* m_list;
};

} // namespace sida::ui
