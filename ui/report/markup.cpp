// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/markup.h"

#include "ui/host/text.h"

#include <QXmlStreamReader>

namespace sida::ui
{

namespace
{

QString singleSpaced(QStringView text)
{
    QString out;
    for (const QChar letter : text) {
        if (!letter.isSpace() || letter == QChar(QChar::Nbsp))
            out += letter;
        else if (!out.endsWith(u' '))
            out += u' ';
    }
    return out;
}

void readChildren(QXmlStreamReader& reader, Markup& parent)
{
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isEndElement())
            return;
        if (reader.isCharacters()) {
            Markup text;
            text.text = singleSpaced(reader.text());
            if (!text.text.trimmed().isEmpty())
                parent.children.push_back(std::move(text));
        } else if (reader.isStartElement()) {
            Markup child;
            child.tag = reader.name().toString();
            for (const QXmlStreamAttribute& attribute : reader.attributes())
                child.attributes.insert(attribute.name().toString(), attribute.value().toString());
            readChildren(reader, child);
            parent.children.push_back(std::move(child));
        }
    }
}

} // namespace

bool Markup::hasClass(const char* name) const
{
    const QStringList classes = attribute("class").split(u' ');
    return classes.contains(QLatin1String(name));
}

QString Markup::wholeText() const
{
    if (tag.isEmpty())
        return text;
    QString out;
    for (const Markup& child : children)
        out += child.wholeText();
    return out.trimmed();
}

QString Markup::ownText() const
{
    QString out;
    for (const Markup& child : children)
        if (child.tag.isEmpty())
            out += child.text;
    return out.trimmed();
}

const Markup* Markup::first(const char* name) const
{
    for (const Markup& child : children)
        if (child.is(name))
            return &child;
    return nullptr;
}

Result<ReportMarkup> parseReport(const std::string& html)
{
    const std::string_view all = html;
    const std::size_t begin = all.find("<main>");
    const std::size_t end = all.rfind("</main>");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return failure(ErrorKind::badInput, "this is no report page: it has no element main");
    ReportMarkup report;
    const std::size_t title = all.find("<title>");
    const std::size_t titleEnd = all.find("</title>");
    if (title < titleEnd && titleEnd < begin) {
        QXmlStreamReader reader(toText(all.substr(title, titleEnd + 8 - title)));
        reader.readNextStartElement();
        report.title = reader.readElementText();
    }
    QXmlStreamReader reader(toText(all.substr(begin, end + 7 - begin)));
    reader.readNextStartElement();
    report.body.tag = QStringLiteral("main");
    readChildren(reader, report.body);
    if (reader.hasError())
        return failure(
            ErrorKind::badInput,
            "the report page cannot be read: " + reader.errorString().toStdString() + " in line "
                + std::to_string(reader.lineNumber()) + " of its element main");
    return report;
}

} // namespace sida::ui
