// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/line_reader.h"

#include "engine/checkpoint/quote.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace sida::dataset
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kBlockBytes = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

} // namespace

Result<LineReader> LineReader::open(const fs::path& file, ProgressSink progress, std::stop_token stop)
{
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status))
        return badInput(fmt::format("{}: no such file; name a dataset", file.string()));
    if (!fs::is_regular_file(status))
        return badInput(fmt::format("{}: expected a dataset file, found something else", file.string()));
    LineReader reader;
    reader.m_where = file.string();
    reader.m_bytes = fs::file_size(file, error);
    reader.m_stream.open(file, std::ios::binary);
    if (!reader.m_stream)
        return failure(
            ErrorKind::io, fmt::format("{}: opening failed: {}", file.string(), std::strerror(errno)));
    reader.m_progress = std::move(progress);
    reader.m_stop = std::move(stop);
    reader.m_began = reader.m_reported = std::chrono::steady_clock::now();
    while (reader.m_buffer.size() < kByteOrderMark.size() && !reader.m_atEnd)
        SIDA_TRY(reader.fill());
    if (reader.m_buffer.starts_with(kByteOrderMark))
        reader.m_at = kByteOrderMark.size();
    if (reader.m_buffer.starts_with("\xff\xfe") || reader.m_buffer.starts_with("\xfe\xff"))
        return badInput(
            fmt::format("{}: expected UTF-8, found UTF-16; save the file as UTF-8", file.string()));
    return reader;
}

Status LineReader::fill()
{
    if (m_stop.stop_requested())
        return failure(ErrorKind::cancelled, fmt::format("{}: reading was stopped", m_where));
    m_buffer.erase(0, m_at);
    m_at = 0;
    const std::size_t held = m_buffer.size();
    m_buffer.resize(held + kBlockBytes);
    m_stream.read(m_buffer.data() + held, kBlockBytes);
    const auto got = static_cast<std::size_t>(m_stream.gcount());
    m_buffer.resize(held + got);
    if (m_stream.bad())
        return failure(ErrorKind::io, fmt::format("{}: reading failed: {}", m_where, std::strerror(errno)));
    m_atEnd = !m_stream;
    m_hash.update(std::string_view(m_buffer).substr(held));
    m_bytesRead += got;
    report();
    return {};
}

void LineReader::report()
{
    const auto now = std::chrono::steady_clock::now();
    if (!m_progress || (now - m_reported < std::chrono::milliseconds(100) && !m_atEnd))
        return;
    m_reported = now;
    const double spent = std::chrono::duration<double>(now - m_began).count();
    const double share = m_bytes == 0 ? 1 : static_cast<double>(m_bytesRead) / static_cast<double>(m_bytes);
    m_progress({"Reading the dataset", m_bytesRead, m_bytes, share > 0 ? spent * (1 - share) / share : -1});
}

Result<std::optional<std::string>> LineReader::next()
{
    if (m_stop.stop_requested())
        return failure(ErrorKind::cancelled, fmt::format("{}: reading was stopped", m_where));
    if (m_putBack) {
        ++m_line;
        return std::exchange(m_putBack, std::nullopt);
    }
    std::size_t searched = m_at;
    std::size_t end = m_buffer.find('\n', searched);
    while (end == std::string::npos && !m_atEnd) {
        if (m_buffer.size() - m_at > kMaxLineBytes)
            break;
        searched = m_buffer.size() - m_at;
        SIDA_TRY(fill());
        end = m_buffer.find('\n', searched);
    }
    if (end == std::string::npos && m_at == m_buffer.size())
        return std::optional<std::string>();
    ++m_line;
    const std::size_t length = (end == std::string::npos ? m_buffer.size() : end) - m_at;
    if (length > kMaxLineBytes)
        return badInput(fmt::format(
            "{}: line {} is longer than {} bytes; expected one sample a line", m_where, m_line,
            kMaxLineBytes));
    std::string line = m_buffer.substr(m_at, length);
    m_at += length + (end == std::string::npos ? 0 : 1);
    SIDA_TRY(checkUtf8(line));
    return std::optional(std::move(line));
}

void LineReader::putBack(std::string line)
{
    --m_line;
    m_putBack = std::move(line);
}

Status LineReader::checkUtf8(std::string_view line) const
{
    const std::size_t at = checkpoint::findInvalidUtf8(line);
    if (at == std::string_view::npos)
        return {};
    return badInput(fmt::format(
        "{}: line {}, byte {}: expected UTF-8, found the byte 0x{:02x}; save the file as UTF-8", m_where,
        m_line, at + 1, static_cast<unsigned char>(line[at])));
}

Result<std::string> LineReader::finish()
{
    while (!m_atEnd) {
        m_at = m_buffer.size();
        SIDA_TRY(fill());
    }
    return m_hash.hex();
}

} // namespace sida::dataset
