// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <QObject>

#include <vector>

namespace sida::ui
{

/// The notes and bookmarks of the recording that is shown, by time.
class Notes : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    const std::vector<api::Note>& all() const { return m_notes; }
    /// The note nearest to that time, at most `tolerance` away; null when there is none.
    const api::Note* near(Nanoseconds time, Nanoseconds tolerance) const;

    /// What a session holds; nothing that the user did.
    void assign(std::vector<api::Note> notes);
    /// Its place in the list. An empty text makes a bookmark.
    std::size_t add(Nanoseconds time, const std::string& text);
    void setText(std::size_t place, const std::string& text);
    void remove(std::size_t place);

Q_SIGNALS:
    void changed();
    /// By the user: to be stored.
    void edited();

private:
    std::vector<api::Note> m_notes;
};

} // namespace sida::ui
