// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/quote.h"
#include "engine/dataset/columns.h"
#include "engine/dataset/row_source.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace sida::dataset
{

namespace
{

/// Also bounds what a line of nothing but separators can make us allocate.
constexpr std::size_t kMaxColumns = 1000;
using Record = std::vector<std::string>;

std::string list(const Record& columns)
{
    std::string text;
    for (const std::string& column : columns) {
        if (text.size() < 200)
            text += (text.empty() ? "" : ", ") + checkpoint::quote(column, 40);
    }
    return text;
}

/// CSV with RFC 4180's quotes, or TSV without any, as GLUE is written, unless its header's first name has
/// them.
class Delimited final : public RowSource
{
public:
    Delimited(LineReader& reader, char separator)
        : m_reader(reader)
        , m_separator(separator)
    {
    }
    Status readHeader();
    Result<std::optional<Row>> next() override;
    std::optional<api::Task> suggestedTask() const override;
    bool hasTargets() const override { return m_target != kNone; }

private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    std::string place(std::uint64_t line) const { return fmt::format("{}: line {}", m_reader.where(), line); }
    /// The next record that is not a blank line; nothing at the end.
    Result<std::optional<Record>> record();
    Result<Record> splitTabs(std::string line) const;
    Result<Record> splitQuoted(std::string line);
    Result<std::string> quotedField(std::string& line, std::size_t& at);
    std::size_t column(std::string_view name) const;
    Status findColumns();
    bool isSst2() const;
    void readLabel(std::string text, Row& row) const;
    Row row(Record fields) const;

    LineReader& m_reader;
    char m_separator;
    bool m_quotes = m_separator == ',';
    Record m_header;
    std::size_t m_text = kNone;
    std::size_t m_second = kNone;
    std::size_t m_third = kNone;
    std::size_t m_label = kNone;
    std::size_t m_target = kNone;
    std::uint64_t m_line = 0; ///< where the record began
};

std::size_t Delimited::column(std::string_view name) const
{
    const auto at = std::find(m_header.begin(), m_header.end(), name);
    return at == m_header.end() ? kNone : static_cast<std::size_t>(at - m_header.begin());
}

Status Delimited::readHeader()
{
    SIDA_TRY_ASSIGN(std::optional<Record> header, record());
    if (!header)
        return badInput(fmt::format(
            "{}: expected a header with the column sentence or text, found an empty file", m_reader.where()));
    m_header = std::move(*header);
    Record sorted = m_header;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
        return badInput(fmt::format(
            "{}: the header has the column {} twice", place(m_line), checkpoint::quote(*twice, 40)));
    return findColumns();
}

Status Delimited::findColumns()
{
    for (const TextColumns& names : kTextColumns) {
        if (m_text != kNone)
            break;
        m_text = column(names.first);
        if (m_text == kNone)
            continue;
        m_second = column(names.second);
        m_third = m_second == kNone ? kNone : column(names.third);
    }
    if (m_text == kNone)
        return badInput(fmt::format(
            "{}: expected a header with the column sentence or text, found {}", place(m_line),
            list(m_header)));
    m_label = column(kLabelColumn);
    if (m_label == kNone)
        m_label = column(kMrpcLabelColumn);
    m_target = column(kTargetColumn);
    return {};
}

std::optional<api::Task> Delimited::suggestedTask() const
{
    if (isSst2())
        return api::Task::sst2;
    if (m_second == kNone)
        return std::nullopt;
    const std::string& first = m_header[m_text];
    if (first == "#1 String")
        return api::Task::mrpc;
    if (first == "premise")
        return api::Task::rte;
    return first == "paragraph" && m_third != kNone ? std::optional(api::Task::multirc) : std::nullopt;
}

bool Delimited::isSst2() const
{
    const auto isKnown = [](const std::string& name) {
        return name == "sentence" || name == kLabelColumn || name == "index" || name == "idx";
    };
    return m_separator == '\t' && m_header.size() > 1 && m_header[m_text] == "sentence"
        && std::all_of(m_header.begin(), m_header.end(), isKnown);
}

Result<std::optional<Record>> Delimited::record()
{
    while (true) {
        SIDA_TRY_ASSIGN(std::optional<std::string> line, m_reader.next());
        if (!line)
            return std::optional<Record>();
        m_line = m_reader.line();
        if (line->find_first_not_of('\r') == std::string::npos)
            continue;
        if (m_header.empty())
            m_quotes = m_quotes || line->front() == '"';
        if (!m_quotes) {
            SIDA_TRY_ASSIGN(Record fields, splitTabs(std::move(*line)));
            return std::optional(std::move(fields));
        }
        SIDA_TRY_ASSIGN(Record fields, splitQuoted(std::move(*line)));
        return std::optional(std::move(fields));
    }
}

Result<Record> Delimited::splitTabs(std::string line) const
{
    trimCarriageReturn(line);
    Record fields;
    std::size_t from = 0;
    while (fields.size() < kMaxColumns) {
        const std::size_t end = line.find(m_separator, from);
        fields.push_back(line.substr(from, end == std::string::npos ? end : end - from));
        if (end == std::string::npos)
            return fields;
        from = end + 1;
    }
    return badInput(fmt::format("{}: more than {} columns", place(m_line), kMaxColumns));
}

Result<Record> Delimited::splitQuoted(std::string line)
{
    Record fields;
    std::size_t at = 0;
    while (fields.size() < kMaxColumns) {
        if (at < line.size() && line[at] == '"') {
            SIDA_TRY_ASSIGN(std::string field, quotedField(line, at));
            fields.push_back(std::move(field));
        } else {
            const std::size_t end = std::min(line.find(m_separator, at), line.size());
            fields.push_back(line.substr(at, end - at));
            if (end == line.size())
                trimCarriageReturn(fields.back());
            at = end;
        }
        if (at == line.size())
            return fields;
        ++at; // the separator
    }
    return badInput(fmt::format("{}: more than {} columns", place(m_line), kMaxColumns));
}

/// Reads from the opening quote on; afterwards `at` is at the separator or the end. A field with line breaks
/// replaces `line` by the line on which it ends.
Result<std::string> Delimited::quotedField(std::string& line, std::size_t& at)
{
    std::string field;
    ++at;
    while (true) {
        const std::size_t quote = line.find('"', at);
        field.append(line, at, quote == std::string::npos ? quote : quote - at);
        if (field.size() > kMaxLineBytes)
            return badInput(fmt::format(
                "{}: a field in quotes is longer than {} bytes; is a closing quote missing?", place(m_line),
                kMaxLineBytes));
        if (quote == std::string::npos) {
            SIDA_TRY_ASSIGN(std::optional<std::string> more, m_reader.next());
            if (!more)
                return badInput(
                    fmt::format("{}: a quote is opened in this row and never closed", place(m_line)));
            field += '\n';
            line = std::move(*more);
            at = 0;
            continue;
        }
        at = quote + 1;
        if (at < line.size() && line[at] == '"') {
            field += '"';
            ++at;
            continue;
        }
        if (at + 1 == line.size() && line[at] == '\r')
            line.pop_back();
        if (at < line.size() && line[at] != m_separator)
            return badInput(fmt::format(
                "{}: expected a separator or the end of the line after a closing quote, found {}; write "
                "quotes "
                "inside "
                "a field twice",
                place(m_reader.line()), checkpoint::quote(std::string_view(line).substr(at, 10))));
        return field;
    }
}

Result<std::optional<Row>> Delimited::next()
{
    SIDA_TRY_ASSIGN(std::optional<Record> fields, record());
    if (!fields)
        return std::optional<Row>();
    if (fields->size() != m_header.size())
        return badInput(fmt::format(
            "{}: expected {} columns ({}), found {}", place(m_line), m_header.size(), list(m_header),
            fields->size()));
    return std::optional(row(std::move(*fields)));
}

void Delimited::readLabel(std::string text, Row& row) const
{
    std::int64_t label = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), label);
    if (status == std::errc{} && end == text.data() + text.size())
        row.label = label;
    else
        row.labelName = std::move(text);
    row.labelColumn = "column " + m_header[m_label];
}

Row Delimited::row(Record fields) const
{
    Row row;
    row.line = m_line;
    row.textColumn = m_header[m_text];
    if (m_label != kNone)
        readLabel(std::move(fields[m_label]), row);
    if (m_second != kNone)
        row.second = std::move(fields[m_second]);
    if (m_third != kNone)
        *row.second += ' ' + fields[m_third];
    if (m_target != kNone)
        row.target = std::move(fields[m_target]);
    row.text = std::move(fields[m_text]);
    return row;
}

} // namespace

Result<std::unique_ptr<RowSource>> openDelimited(LineReader& reader, char separator)
{
    auto source = std::make_unique<Delimited>(reader, separator);
    SIDA_TRY(source->readHeader());
    return source;
}

bool isHeader(std::string_view line, char separator)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    while (true) {
        const std::size_t end = std::min(line.find(separator), line.size());
        std::string_view name = line.substr(0, end);
        if (name.size() > 1 && name.front() == '"' && name.back() == '"')
            name = name.substr(1, name.size() - 2);
        if (std::any_of(kTextColumns.begin(), kTextColumns.end(), [&](const TextColumns& columns) {
                return columns.first == name;
            }))
            return true;
        if (end == line.size())
            return false;
        line.remove_prefix(end + 1);
    }
}

} // namespace sida::dataset
