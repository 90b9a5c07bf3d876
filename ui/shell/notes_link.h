// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace sida::ui
{

class Studio;

/// Stores the notes of the shown run in its session file: at once, or when the run that is being recorded has
/// ended.
class NotesLink : public QObject
{
    Q_OBJECT
public:
    explicit NotesLink(Studio* studio);

private:
    void save();
    void saveAfterRun();

    Studio* m_studio;
    bool m_unsaved = false; ///< edited while the session was being recorded
};

} // namespace sida::ui
