// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

/// Names of columns (TSV, CSV) and keys (JSON Lines) that are read, as the benchmarks' own files and the
/// Hugging Face hub have them.
namespace sida::dataset
{

struct TextColumns {
    std::string_view first;
    std::string_view second; ///< empty: never a pair
    std::string_view third = {}; ///< goes behind the second, after a space
};

/// In the order in which they are preferred.
constexpr std::array<TextColumns, 7> kTextColumns
    = {{{"sentence", "sentence2"},
        {"text", "sentence2"},
        {"sentence1", "sentence2"},
        {"premise", "hypothesis"}, // SuperGLUE's RTE
        {"paragraph", "question", "answer"}, // MultiRC as the hub has it
        {"#1 String", "#2 String"}, // MRPC
        {"source", ""}}};
constexpr std::string_view kLabelColumn = "label";
constexpr std::string_view kMrpcLabelColumn = "Quality";
constexpr std::string_view kTargetColumn = "target";
constexpr std::string_view kIdsKey = "input_ids";
constexpr std::string_view kTargetIdsKey = "labels";
constexpr std::string_view kMultircKey = "passage";

} // namespace sida::dataset
