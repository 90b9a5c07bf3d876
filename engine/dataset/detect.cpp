// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/dataset.h"
#include "engine/dataset/row_source.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace sida::dataset
{

namespace fs = std::filesystem;

namespace
{

enum class Format { jsonLines, tabs, commas, text };

std::string lowerExtension(const fs::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return extension;
}

bool beginsObject(std::string_view line)
{
    const std::size_t at = line.find_first_not_of(" \t");
    return at != std::string_view::npos && line[at] == '{';
}

Format formatOf(const fs::path& file, std::string_view firstLine)
{
    const std::string extension = lowerExtension(file);
    if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json")
        return Format::jsonLines;
    if (extension == ".tsv")
        return Format::tabs;
    if (extension == ".csv")
        return Format::commas;
    if (beginsObject(firstLine))
        return Format::jsonLines;
    const bool hasTab = firstLine.find('\t') != std::string_view::npos;
    return hasTab && isHeader(firstLine, '\t') ? Format::tabs : Format::text;
}

bool isSampleRow(std::string_view line)
{
    return beginsObject(line)
        && (line.find("\"sentence") != std::string_view::npos
            || line.find("\"text\"") != std::string_view::npos
            || line.find("\"premise\"") != std::string_view::npos
            || line.find("\"paragraph\"") != std::string_view::npos
            || line.find("\"passage\"") != std::string_view::npos
            || line.find("\"source\"") != std::string_view::npos
            || line.find("\"input_ids\"") != std::string_view::npos);
}

} // namespace

Result<std::unique_ptr<RowSource>> openRows(LineReader& reader, const fs::path& file)
{
    SIDA_TRY_ASSIGN(std::optional<std::string> first, reader.next());
    const Format format = formatOf(file, first.value_or(""));
    if (first)
        reader.putBack(std::move(*first));
    switch (format) {
    case Format::jsonLines:
        return openJsonLines(reader);
    case Format::tabs:
        return openDelimited(reader, '\t');
    case Format::commas:
        return openDelimited(reader, ',');
    case Format::text:
        break;
    }
    return openPlainText(reader);
}

bool looksLikeDataset(const fs::path& path)
{
    std::error_code error;
    if (!fs::is_regular_file(path, error))
        return false;
    std::array<char, 65536> head{};
    std::ifstream stream(path, std::ios::binary);
    stream.read(head.data(), head.size());
    std::string_view text(head.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    if (text.empty() || text.find('\0') != std::string_view::npos)
        return false;
    const std::string_view line = text.substr(0, text.find('\n'));
    switch (formatOf(path, line)) {
    case Format::jsonLines:
        return isSampleRow(line);
    case Format::tabs:
        return isHeader(line, '\t');
    case Format::commas:
        return isHeader(line, ',');
    case Format::text:
        break;
    }
    return lowerExtension(path) == ".txt";
}

} // namespace sida::dataset
