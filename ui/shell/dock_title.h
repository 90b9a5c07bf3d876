// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QDockWidget;

namespace sida::ui
{

/// Title bar of a dock, 24 high: name, what the view has to say there (its legend), float and close.
class DockTitle : public QWidget
{
    Q_OBJECT
public:
    DockTitle(QDockWidget* dock, QWidget* accessory);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    QDockWidget* m_dock;
};

} // namespace sida::ui
