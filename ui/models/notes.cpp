// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/notes.h"

#include <algorithm>
#include <cstdlib>

namespace sida::ui
{

const api::Note* Notes::near(Nanoseconds time, Nanoseconds tolerance) const
{
    const auto distance = [time](const api::Note& note) { return std::abs(note.time - time); };
    const auto nearest = std::ranges::min_element(m_notes, {}, distance);
    return nearest != m_notes.end() && distance(*nearest) <= tolerance ? &*nearest : nullptr;
}

void Notes::assign(std::vector<api::Note> notes)
{
    m_notes = std::move(notes);
    std::ranges::stable_sort(m_notes, {}, &api::Note::time);
    Q_EMIT changed();
}

std::size_t Notes::add(Nanoseconds time, const std::string& text)
{
    const auto place = std::ranges::upper_bound(m_notes, time, {}, &api::Note::time);
    const auto added = m_notes.insert(place, {time, text});
    const auto index = static_cast<std::size_t>(added - m_notes.begin());
    Q_EMIT changed();
    Q_EMIT edited();
    return index;
}

void Notes::setText(std::size_t place, const std::string& text)
{
    if (place >= m_notes.size() || m_notes[place].text == text)
        return;
    m_notes[place].text = text;
    Q_EMIT changed();
    Q_EMIT edited();
}

void Notes::remove(std::size_t place)
{
    if (place >= m_notes.size())
        return;
    m_notes.erase(m_notes.begin() + static_cast<std::ptrdiff_t>(place));
    Q_EMIT changed();
    Q_EMIT edited();
}

} // namespace sida::ui
