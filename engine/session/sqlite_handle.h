// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace sida::session
{

/// One prepared statement. Values are bound and read by their place, counted from 0.
class Statement
{
public:
    Statement(sqlite3_stmt* statement, std::string file);

    template <typename... Values>
    void bind(const Values&... values)
    {
        int place = 0;
        (bindOne(place++, values), ...);
    }

    template <typename Value>
    void bindAt(int place, const Value& value)
    {
        bindOne(place, value);
    }

    /// Runs a statement that gives no rows, with the values bound before, and makes it ready for the next.
    Status run();
    /// True while there is a row to read.
    Result<bool> next();

    bool isInteger(int column) const;
    bool isNull(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const;
    std::string columnName(int column) const;

private:
    template <typename Value>
    void bindOne(int place, const Value& value)
    {
        if constexpr (std::is_floating_point_v<Value>)
            bindReal(place, value);
        else if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>)
            bindInteger(place, static_cast<std::int64_t>(value));
        else
            bindText(place, value);
    }
    void bindInteger(int place, std::int64_t value);
    void bindReal(int place, double value); ///< NaN becomes NULL
    void bindText(int place, std::string_view value);

    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_statement;
    std::string m_file;
};

/// One connection. Errors name `file`, which need not be the path that was opened (a temporary copy).
class Database
{
public:
    enum class Mode {
        create, ///< a new file, made if it is not there
        readWrite,
        readOnly,
        unchanging, ///< read-only, and nobody else writes: no lock, no side file
    };
    static Result<Database> open(const std::string& path, Mode mode, std::string file);

    Status execute(const std::string& sql);
    Result<Statement> prepare(const std::string& sql);
    /// The one value of a query that gives an integer or a text.
    Result<std::int64_t> integer(const std::string& sql);
    Result<std::string> text(const std::string& sql);

    /// Copies everything into another database through SQLite's backup interface, which sees one state of it
    /// even while somebody writes. `cancelled` when it is stopped.
    Status copyTo(Database& target, const ProgressSink& progress, const std::stop_token& stop);

    /// For files from elsewhere: no views, no triggers, no functions of the file's choice, nothing huge.
    void distrust();
    /// Ends statements that take long when the token is triggered, as `cancelled`. The token must outlive the
    /// connection.
    void stopOn(const std::stop_token& stop);

private:
    Database(sqlite3* connection, std::string file);
    struct Closer {
        void operator()(sqlite3* connection) const;
    };
    std::unique_ptr<sqlite3, Closer> m_connection;
    std::string m_file;
};

/// What SQLite says about its last failure, in the user's words.
Error sqliteError(sqlite3* connection, const std::string& file);

} // namespace sida::session
