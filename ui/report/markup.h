// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <QHash>
#include <QString>

#include <string>
#include <vector>

namespace sida::ui
{

/// An element of a report page, or a piece of its text.
struct Markup {
    QString tag; ///< empty: text
    QHash<QString, QString> attributes;
    QString text; ///< of a piece of text, white space made single
    std::vector<Markup> children;

    bool is(const char* name) const { return tag == QLatin1String(name); }
    QString attribute(const char* name) const { return attributes.value(QLatin1String(name)); }
    double number(const char* name) const { return attribute(name).toDouble(); }
    /// One of the classes that the element has.
    bool hasClass(const char* name) const;
    /// Everything written in it.
    QString wholeText() const;
    /// What is written directly in it, not in an element of it.
    QString ownText() const;
    const Markup* first(const char* name) const;
};

struct ReportMarkup {
    QString title;
    Markup body; ///< the element main
};

/// Reads a page that engine/report made; it is strict markup between <main> and </main>. A `badInput` error
/// for anything else.
Result<ReportMarkup> parseReport(const std::string& html);

} // namespace sida::ui
