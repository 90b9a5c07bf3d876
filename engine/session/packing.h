// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How the rows of the tables that grow fastest are stored: up to 32 of them in one row of SQLite, as a text
/// in which each character is a number (its code point less one). A recorded run writes some hundred thousand
/// such rows a second; one by one they would cost SQLite a core, and three times the space. A text rather
/// than a blob, because `unicode(substr(...))` lets any SQLite read it: the views of the schema do
/// (docs/session-format.md, "Packed tables").
namespace sida::session
{

/// A number of more than one digit is written with this base, most significant first. Every digit is a
/// character of at most three bytes and no surrogate.
constexpr std::int64_t kDigitBase = std::int64_t{1} << 15;
constexpr std::size_t kRecordsPerRow = 32;
constexpr std::size_t kMostPackedColumns = 12;

enum class Held : std::uint8_t {
    once, ///< a column of its own, the same for all records of the row
    number, ///< in the record, `offset` added
    sinceBase, ///< in the record, less the row's `base_ns`
    sinceBaseOrZero, ///< the same plus one; 0 stays 0 and means "never"
    sinceBaseBatch, ///< in the record, less the row's `base_batch`
    sincePrevious, ///< in the record, less the column before it
};

struct PackedColumn {
    std::string_view name;
    Held held = Held::number;
    int digits = 1;
    std::int64_t offset = 0;
};
using PackedColumns = std::span<const PackedColumn>;

/// The columns of one row as whole numbers, in order; takes what TableOf<Row>::write() binds.
struct ColumnValues {
    std::array<std::int64_t, kMostPackedColumns> values{};
    std::size_t count = 0;

    template <typename... Values>
    void bind(const Values&... all)
    {
        static_assert(sizeof...(Values) <= kMostPackedColumns);
        count = 0;
        ((values[count++] = static_cast<std::int64_t>(all)), ...);
    }
    bool operator==(const ColumnValues&) const = default;
};

/// One row of SQLite.
struct PackedRow {
    std::array<std::int64_t, kMostPackedColumns> once{}; ///< at the places of the columns held once
    std::int64_t baseNs = 0;
    std::int64_t baseBatch = 0;
    std::size_t count = 0;
    std::string records;
};

bool hasBase(PackedColumns columns);
bool hasBaseBatch(PackedColumns columns);
/// Characters in one record.
std::size_t recordLength(PackedColumns columns);

/// How many of `rows`, at most 32, go into one packed row: those that agree in all that is held once.
std::size_t packedTogether(PackedColumns columns, std::span<const ColumnValues> rows);
/// `rows` must go together. An error names the column whose value has no place (negative, too large).
Status pack(PackedColumns columns, std::span<const ColumnValues> rows, PackedRow& packed);
/// Every record of the row, appended. An error says what the text should be and is not.
Status unpack(PackedColumns columns, const PackedRow& packed, std::vector<ColumnValues>& rows);

/// `CREATE TABLE <table>_packed` with the columns held once, the bases, `count` and `records`.
std::string packedTableSql(std::string_view table, PackedColumns columns);
/// `CREATE VIEW <table>`: one row for each record, as if it had been stored so.
std::string unpackingViewSql(std::string_view table, PackedColumns columns);
/// Names of the columns of `<table>_packed`, separated by commas, in the order of PackedRow.
std::string packedColumnNames(PackedColumns columns);

} // namespace sida::session
