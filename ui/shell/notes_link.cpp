// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/notes_link.h"

#include "ui/host/text.h"
#include "ui/shell/studio.h"

#include <utility>

namespace sida::ui
{

NotesLink::NotesLink(Studio* studio)
    : QObject(studio)
    , m_studio(studio)
{
    connect(&studio->recording().notes(), &Notes::edited, this, &NotesLink::save);
    connect(studio, &Studio::runBegan, this, [this] { m_unsaved = false; });
    connect(studio, &Studio::runEnded, this, &NotesLink::saveAfterRun);
}

void NotesLink::save()
{
    if (m_studio->recording().isLive()) {
        m_unsaved = true;
        return;
    }
    if (m_studio->sessionPath().isEmpty()) {
        Q_EMIT m_studio->notice(tr("This run was kept in memory only, and so are its notes"));
        return;
    }
    m_studio->host().saveNotes(toPath(m_studio->sessionPath()), m_studio->recording().notes().all());
}

void NotesLink::saveAfterRun()
{
    if (std::exchange(m_unsaved, false))
        save();
}

} // namespace sida::ui
