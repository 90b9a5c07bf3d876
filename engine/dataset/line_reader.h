// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/base/sha256.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace sida::dataset
{

/// Longest line that is read, in bytes; a file of one endless line must not fill the memory.
constexpr std::size_t kMaxLineBytes = 16 * 1024 * 1024;

/// Reads a UTF-8 file line by line in bounded memory, and hashes what it reads. A byte order mark at the
/// start is skipped; lines end at '\n' only, and a '\r' before it is left to the caller.
class LineReader
{
public:
    static Result<LineReader>
    open(const std::filesystem::path& file, ProgressSink progress, std::stop_token stop);

    /// The next line without its '\n'; nothing at the end. Errors name the line, and the byte in it where it
    /// is not UTF-8.
    Result<std::optional<std::string>> next();
    /// Makes next() give the line again that it gave last.
    void putBack(std::string line);
    /// Of the line that next() gave last, from 1.
    std::uint64_t line() const { return m_line; }
    const std::string& where() const { return m_where; }
    /// Reads on to the end and gives the SHA-256 of the whole file; call once, last.
    Result<std::string> finish();

private:
    LineReader() = default;
    Status fill();
    Status checkUtf8(std::string_view line) const;
    void report();

    std::string m_where;
    std::ifstream m_stream;
    Sha256 m_hash;
    std::string m_buffer; ///< read and not yet handed out, from m_at on
    std::size_t m_at = 0;
    bool m_atEnd = false;
    std::uint64_t m_line = 0;
    std::optional<std::string> m_putBack;
    std::uint64_t m_bytesRead = 0;
    std::uint64_t m_bytes = 0;
    ProgressSink m_progress;
    std::stop_token m_stop;
    std::chrono::steady_clock::time_point m_began;
    std::chrono::steady_clock::time_point m_reported;
};

} // namespace sida::dataset
