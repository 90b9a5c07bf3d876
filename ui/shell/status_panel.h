// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;

namespace sida::ui
{

class Studio;

/// The line at the foot of the window: state in words, how far it has come and how long it will take, the
/// latest figures, the device, and the file everything is recorded to.
class StatusPanel : public QWidget
{
    Q_OBJECT
public:
    explicit StatusPanel(Studio* studio, QWidget* parent = nullptr);

    QString stateText() const;
    QString progressText() const;
    QString sessionText() const;

private:
    void refresh();
    void refreshProgress();
    void refreshFigures();
    void refreshDevice();

    Studio* m_studio;
    QLabel* m_state;
    QProgressBar* m_bar;
    QLabel* m_progress;
    QLabel* m_figures;
    QLabel* m_device;
    QLabel* m_session;
};

} // namespace sida::ui
