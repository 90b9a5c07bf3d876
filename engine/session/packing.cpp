// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/packing.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace sida::session
{

namespace
{

bool isTimeOf(Held held)
{
    return held == Held::sinceBase || held == Held::sinceBaseOrZero;
}

std::int64_t limitOf(const PackedColumn& column)
{
    return std::int64_t{1} << (15 * column.digits);
}

/// The number that stands in the record for the value of one column.
std::int64_t
toRecord(const PackedColumn& column, std::int64_t value, std::int64_t previous, const PackedRow& row)
{
    switch (column.held) {
    case Held::once:
        return 0;
    case Held::number:
        return value + column.offset;
    case Held::sinceBase:
        return value - row.baseNs;
    case Held::sinceBaseOrZero:
        return value == 0 ? 0 : value - row.baseNs + 1;
    case Held::sinceBaseBatch:
        return value - row.baseBatch;
    case Held::sincePrevious:
        return value - previous;
    }
    return -1;
}

std::int64_t
fromRecord(const PackedColumn& column, std::int64_t number, std::int64_t previous, const PackedRow& row)
{
    switch (column.held) {
    case Held::once:
        return 0;
    case Held::number:
        return number - column.offset;
    case Held::sinceBase:
        return row.baseNs + number;
    case Held::sinceBaseOrZero:
        return number == 0 ? 0 : row.baseNs + number - 1;
    case Held::sinceBaseBatch:
        return row.baseBatch + number;
    case Held::sincePrevious:
        return previous + number;
    }
    return -1;
}

constexpr std::size_t kMostBytesOfDigit = 3;

/// Writes a digit and returns where the next one goes.
char* writeDigit(char* to, std::int64_t digit)
{
    const auto code = static_cast<std::uint32_t>(digit + 1);
    if (code < 0x80) {
        *to++ = static_cast<char>(code);
    } else if (code < 0x800) {
        *to++ = static_cast<char>(0xC0U | code >> 6);
        *to++ = static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        *to++ = static_cast<char>(0xE0U | code >> 12);
        *to++ = static_cast<char>(0x80U | (code >> 6 & 0x3FU));
        *to++ = static_cast<char>(0x80U | (code & 0x3FU));
    }
    return to;
}

/// Reads the digits of a text one after the other.
class DigitReader
{
public:
    explicit DigitReader(std::string_view text)
        : m_text(text)
    {
    }

    bool atEnd() const { return m_place == m_text.size(); }
    /// -1 when there is none, or something that pack() does not write.
    std::int64_t next()
    {
        const std::uint32_t lead = byte();
        const int more = lead < 0x80 ? 0 : lead >> 5 == 0x6 ? 1 : lead >> 4 == 0xE ? 2 : -1;
        if (more < 0 || lead == 0)
            return -1;
        std::uint32_t code = more == 0 ? lead : lead & (more == 1 ? 0x1FU : 0x0FU);
        for (int i = 0; i < more; ++i) {
            const std::uint32_t following = byte();
            if (following >> 6 != 0x2)
                return -1;
            code = code << 6 | (following & 0x3FU);
        }
        constexpr std::array<std::uint32_t, 3> kLeast{1, 0x80, 0x800};
        if (code < kLeast[static_cast<std::size_t>(more)] || code > kDigitBase)
            return -1;
        return code - 1;
    }

private:
    std::uint32_t byte()
    {
        return m_place < m_text.size() ? static_cast<unsigned char>(m_text[m_place++]) : 0xFFU;
    }
    std::string_view m_text;
    std::size_t m_place = 0;
};

char* writeNumber(char* to, std::int64_t number, int digits)
{
    for (int i = digits - 1; i >= 0; --i)
        to = writeDigit(to, number >> (15 * i) & (kDigitBase - 1));
    return to;
}

/// -1 when the text ends or is not what pack() writes.
std::int64_t readNumber(DigitReader& reader, int digits)
{
    std::int64_t number = 0;
    for (int i = 0; i < digits; ++i) {
        const std::int64_t digit = reader.next();
        if (digit < 0)
            return -1;
        number = number << 15 | digit;
    }
    return number;
}

void findBases(PackedColumns columns, std::span<const ColumnValues> rows, PackedRow& packed)
{
    constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
    std::int64_t base = kNone;
    std::int64_t baseBatch = kNone;
    for (const ColumnValues& row : rows) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const Held held = columns[i].held;
            if (held == Held::sinceBase || (held == Held::sinceBaseOrZero && row.values[i] != 0))
                base = std::min(base, row.values[i]);
            else if (held == Held::sinceBaseBatch)
                baseBatch = std::min(baseBatch, row.values[i]);
        }
    }
    packed.baseNs = base == kNone ? 0 : base;
    packed.baseBatch = baseBatch == kNone ? 0 : baseBatch;
}

} // namespace

bool hasBase(PackedColumns columns)
{
    return std::any_of(
        columns.begin(), columns.end(), [](const PackedColumn& column) { return isTimeOf(column.held); });
}

bool hasBaseBatch(PackedColumns columns)
{
    return std::any_of(columns.begin(), columns.end(), [](const PackedColumn& column) {
        return column.held == Held::sinceBaseBatch;
    });
}

std::size_t recordLength(PackedColumns columns)
{
    std::size_t length = 0;
    for (const PackedColumn& column : columns)
        length += column.held == Held::once ? 0 : static_cast<std::size_t>(column.digits);
    return length;
}

std::size_t packedTogether(PackedColumns columns, std::span<const ColumnValues> rows)
{
    const auto agree = [&](const ColumnValues& row) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].held == Held::once && row.values[i] != rows[0].values[i])
                return false;
        return true;
    };
    const std::size_t most = std::min(rows.size(), kRecordsPerRow);
    std::size_t count = std::min<std::size_t>(most, 1);
    while (count < most && agree(rows[count]))
        ++count;
    return count;
}

Status pack(PackedColumns columns, std::span<const ColumnValues> rows, PackedRow& packed)
{
    packed.count = rows.size();
    findBases(columns, rows, packed);
    // As long as it can get: appending byte by byte was a fifth of what recording costs.
    packed.records.resize(rows.size() * recordLength(columns) * kMostBytesOfDigit);
    char* to = packed.records.data();
    for (const ColumnValues& row : rows) {
        std::int64_t previous = 0;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const PackedColumn& column = columns[i];
            const std::int64_t value = row.values[i];
            if (column.held == Held::once) {
                packed.once[i] = value;
            } else {
                const std::int64_t number = toRecord(column, value, previous, packed);
                if (number < 0 || number >= limitOf(column))
                    return failure(
                        ErrorKind::internal,
                        fmt::format("column '{}' cannot hold {} (after {})", column.name, value, previous));
                to = writeNumber(to, number, column.digits);
            }
            previous = value;
        }
    }
    packed.records.resize(static_cast<std::size_t>(to - packed.records.data()));
    return {};
}

Status unpack(PackedColumns columns, const PackedRow& packed, std::vector<ColumnValues>& rows)
{
    if (packed.count < 1 || packed.count > kRecordsPerRow)
        return badInput(
            fmt::format("column 'count' must be from 1 to {}, found {}", kRecordsPerRow, packed.count));
    DigitReader reader(packed.records);
    for (std::size_t record = 0; record < packed.count; ++record) {
        ColumnValues row;
        row.count = columns.size();
        std::int64_t previous = 0;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const PackedColumn& column = columns[i];
            if (column.held == Held::once) {
                row.values[i] = packed.once[i];
            } else {
                const std::int64_t number = readNumber(reader, column.digits);
                if (number < 0)
                    return badInput(fmt::format(
                        "record {} of column 'records' ends or is no number at '{}'", record + 1,
                        column.name));
                row.values[i] = fromRecord(column, number, previous, packed);
            }
            previous = row.values[i];
        }
        rows.push_back(row);
    }
    if (!reader.atEnd())
        return badInput(fmt::format("column 'records' is longer than its {} records", packed.count));
    return {};
}

std::string packedColumnNames(PackedColumns columns)
{
    std::string names;
    for (const PackedColumn& column : columns)
        names += column.held == Held::once ? fmt::format("{}, ", column.name) : "";
    return fmt::format(
        "{}{}{}count, records", names, hasBase(columns) ? "base_ns, " : "",
        hasBaseBatch(columns) ? "base_batch, " : "");
}

std::string packedTableSql(std::string_view table, PackedColumns columns)
{
    std::string once;
    for (const PackedColumn& column : columns)
        once += column.held == Held::once ? fmt::format("{} INTEGER NOT NULL, ", column.name) : "";
    return fmt::format(
        "CREATE TABLE {}_packed(\n    {}{}{}count INTEGER NOT NULL, records TEXT NOT NULL);\n", table, once,
        hasBase(columns) ? "base_ns INTEGER NOT NULL, " : "",
        hasBaseBatch(columns) ? "base_batch INTEGER NOT NULL, " : "");
}

std::string unpackingViewSql(std::string_view table, PackedColumns columns)
{
    const std::size_t length = recordLength(columns);
    std::size_t place = 1;
    std::string previous;
    std::string select;
    for (const PackedColumn& column : columns) {
        std::string value = fmt::format("p.{}", column.name);
        if (column.held != Held::once) {
            value.clear();
            for (int digit = column.digits - 1; digit >= 0; --digit, ++place)
                value += fmt::format(
                    "{}(unicode(substr(p.records, n.i * {} + {}, 1)) - 1){}", value.empty() ? "" : " + ",
                    length, place, digit == 0 ? "" : fmt::format(" * {}", std::int64_t{1} << (15 * digit)));
        }
        if (column.held == Held::number && column.offset != 0)
            value += fmt::format(" - {}", column.offset);
        else if (column.held == Held::sinceBase)
            value = fmt::format("p.base_ns + {}", value);
        else if (column.held == Held::sinceBaseOrZero)
            value = fmt::format("coalesce(p.base_ns - 1 + nullif({}, 0), 0)", value);
        else if (column.held == Held::sinceBaseBatch)
            value = fmt::format("p.base_batch + {}", value);
        else if (column.held == Held::sincePrevious)
            value = fmt::format("{} + {}", previous, value);
        select += fmt::format("{}{} AS {}", select.empty() ? "" : ",\n    ", value, column.name);
        previous = value;
    }
    return fmt::format(
        "CREATE VIEW {0} AS SELECT {1}\n    FROM {0}_packed p JOIN places n ON n.i < p.count;\n", table,
        select);
}

} // namespace sida::session
