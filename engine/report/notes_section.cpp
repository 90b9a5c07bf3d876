// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"
#include "engine/report/html.h"
#include "engine/report/sections.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

// A report is for reading: a session whose notes were written by a program must not swell it.
constexpr std::size_t kMostNotes = 200;
constexpr std::size_t kLongestNote = 2000; // bytes

/// When it was, as the charts over the run count: from the first batch.
std::string momentOf(const api::Note& note, const std::vector<api::BatchRow>& batches)
{
    const Nanoseconds begin = batches.empty() ? 0 : batches.front().begin;
    std::string out = fmt::format("{:.3f} s", static_cast<double>(note.time - begin) / 1e9);
    const auto after = std::upper_bound(
        batches.begin(), batches.end(), note.time,
        [](Nanoseconds time, const api::BatchRow& batch) { return time < batch.begin; });
    if (after != batches.begin() && std::prev(after)->end >= note.time)
        out += fmt::format(", batch {}", std::prev(after)->batch);
    return out;
}

std::string textOf(const api::Note& note)
{
    if (note.text.empty())
        return "bookmark";
    if (note.text.size() <= kLongestNote)
        return note.text;
    std::size_t length = kLongestNote;
    while (length > 0 && (static_cast<unsigned char>(note.text[length]) & 0xC0U) == 0x80U)
        --length; // not in the middle of a character
    return note.text.substr(0, length) + " [...]";
}

} // namespace

std::string notesSection(const ReportInput& input)
{
    const std::vector<api::Note>& notes = input.recording.notes;
    if (notes.empty())
        return {};
    std::string list;
    for (std::size_t i = 0; i < std::min(notes.size(), kMostNotes); ++i)
        list += fmt::format(
            "<div><dt>{}</dt><dd>{}</dd></div>\n", momentOf(notes[i], input.recording.rows.batches),
            escape(textOf(notes[i])));
    if (notes.size() > kMostNotes)
        list += fmt::format(
            "<div><dt>{} more</dt><dd>in the session</dd></div>\n",
            units::formatCount(notes.size() - kMostNotes));
    return section(
        "notes",
        heading("Notes", "what people and programs wrote on moments of the run")
            + fmt::format("<dl class=\"provenance\">\n{}</dl>\n", list));
}

} // namespace sida::report
