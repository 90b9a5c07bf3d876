// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace sida::studio
{

/// Turns SIGINT and SIGTERM (Ctrl-C in the terminal, the end of the desktop's session) into quitRequested(),
/// so that a run is stopped and its session closed. A second signal ends the program at once. Made before any
/// other thread: those that come after it leave the signals to it.
class QuitSignals : public QObject
{
    Q_OBJECT
public:
    QuitSignals();
    ~QuitSignals() override;

Q_SIGNALS:
    void quitRequested();

private:
    void take();

    int m_signals = -1;
    bool m_asked = false;
};

} // namespace sida::studio
