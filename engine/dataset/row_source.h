// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/result.h"
#include "engine/dataset/line_reader.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::dataset
{

/// One sample as its file has it, before it is tokenised. Names of columns and keys are for messages.
struct Row {
    std::uint64_t line = 0; ///< where it begins, from 1
    std::optional<std::string> text;
    std::string textColumn; ///< empty in plain text
    std::optional<std::string> second; ///< second sentence of a pair
    std::optional<std::int64_t> label; ///< absent or -1: none
    std::optional<std::string> labelName; ///< instead of a number
    std::string labelColumn;
    std::optional<std::string> target; ///< what a decoder should give
    std::optional<std::vector<std::int64_t>> ids; ///< `input_ids`; then text is not used
    std::optional<std::vector<std::int64_t>> targetIds; ///< `labels`; then the target is not used
};

/// Gives the rows of one file. Errors name file, line, column or key, what was expected and what was found.
class RowSource
{
public:
    virtual ~RowSource() = default;
    /// Nothing at the end.
    virtual Result<std::optional<Row>> next() = 0;
    /// The task whose files have these columns; nothing where several have.
    virtual std::optional<api::Task> suggestedTask() const { return std::nullopt; }
    /// True if the columns hold what a decoder should give.
    virtual bool hasTargets() const { return false; }
    /// Lines without text that were passed over and that a user would want to hear of.
    virtual std::uint64_t skippedLines() const { return 0; }
};

// Each reads on from where the reader stands, which must outlive the source. The delimited one reads its
// header, the one of JSON Lines its first row.
Result<std::unique_ptr<RowSource>> openDelimited(LineReader& reader, char separator);
Result<std::unique_ptr<RowSource>> openJsonLines(LineReader& reader);
std::unique_ptr<RowSource> openPlainText(LineReader& reader);

/// Chooses by the name's ending, and by the first line where the ending does not tell.
Result<std::unique_ptr<RowSource>> openRows(LineReader& reader, const std::filesystem::path& file);

/// True if the line is a header with a column of text.
bool isHeader(std::string_view line, char separator);

/// Removes the '\r' of a line that ended in "\r\n".
void trimCarriageReturn(std::string& line);

} // namespace sida::dataset
