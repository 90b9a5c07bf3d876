// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/recording.h"
#include "engine/api/replay.h"

#include <string>
#include <string_view>
#include <vector>

/// The parts of the report page, each as markup. All of them cope with a recording that holds no batch.
namespace sida::report
{

/// Everything a section draws from; computed once.
struct ReportInput {
    const api::Recording& recording;
    const api::Figures& figures;
    const std::vector<std::vector<std::uint64_t>>& routed; ///< per MoE layer the real tokens of each expert
};

std::string titleText(const ReportInput& input);
/// One or two sentences that say how the run went, formed from its figures.
std::string verdictText(const ReportInput& input);
/// What a reader must know before believing the figures: the run was not finished, events were lost.
std::vector<std::string> cautions(const ReportInput& input);
/// What is good to know beside: where it was measured.
std::vector<std::string> notices(const ReportInput& input);

std::string figuresSection(const ReportInput& input);
std::string overRunSection(const ReportInput& input);
std::string timeSection(const ReportInput& input);
std::string memorySection(const ReportInput& input);
std::string transfersSection(const ReportInput& input);
std::string expertsSection(const ReportInput& input);
std::string layersSection(const ReportInput& input);
/// Notes and bookmarks; nothing where there are none.
std::string notesSection(const ReportInput& input);
std::string provenanceSection(const ReportInput& input);
/// The budget curve; nothing where nothing was simulated.
std::string budgetSection(const api::ReplayResult& replay);

/// The style sheet, and the hatch patterns that every drawing of the page shares.
std::string_view styleSheet();
std::string_view hatchPatterns();

/// By how much the device memory was over the budget at worst; 0 if it never was.
std::uint64_t worstOverBudget(const api::Recording& recording);

} // namespace sida::report
