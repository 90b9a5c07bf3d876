// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/row_source.h"

namespace sida::dataset
{

namespace
{

class PlainText final : public RowSource
{
public:
    explicit PlainText(LineReader& reader)
        : m_reader(reader)
    {
    }

    Result<std::optional<Row>> next() override
    {
        while (true) {
            SIDA_TRY_ASSIGN(std::optional<std::string> line, m_reader.next());
            if (!line)
                return std::optional<Row>();
            trimCarriageReturn(*line);
            if (line->find_first_not_of(" \t") == std::string::npos) {
                ++m_skipped;
                continue;
            }
            Row row;
            row.line = m_reader.line();
            row.text = std::move(*line);
            return std::optional(std::move(row));
        }
    }
    std::uint64_t skippedLines() const override { return m_skipped; }

private:
    LineReader& m_reader;
    std::uint64_t m_skipped = 0;
};

} // namespace

void trimCarriageReturn(std::string& line)
{
    if (line.ends_with('\r'))
        line.pop_back();
}

std::unique_ptr<RowSource> openPlainText(LineReader& reader)
{
    return std::make_unique<PlainText>(reader);
}

} // namespace sida::dataset
