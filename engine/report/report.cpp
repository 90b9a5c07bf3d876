// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/report.h"

#include "engine/report/html.h"
#include "engine/report/page.h"
#include "engine/report/sections.h"

#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr std::string_view kHowMeasured
    = "Hit: the expert was resident when its layer began. Late: predicted, its copy had not ended. "
      "Unpredicted: "
      "never queued. Evicted early: had been resident since the batch was predicted and was evicted before "
      "its use. "
      "Bus-saturated: queued in time behind a full bus. A stall is time in which the layer waited for a "
      "copy, counted "
      "for the cause of that copy; compute is the rest of the batch. Throughput counts from the first "
      "batch's begin "
      "to the last batch's end, without loading. Memory is what this program took from the device, at every "
      "change. "
      "Padding is never counted. Every figure is measured by this run; none is estimated, but for the budget "
      "curve, which says so.";

std::string cautionList(const ReportInput& input)
{
    std::string out;
    for (const std::string& line : cautions(input))
        out += fmt::format("<p class=\"caution\">{}</p>\n", escape(line));
    for (const std::string& line : notices(input))
        out += fmt::format("<p class=\"notice\">{}</p>\n", escape(line));
    return out;
}

std::string recordedAt(const api::Provenance& provenance)
{
    for (const auto& [key, value] : provenance) {
        if (key == "created")
            return ", recorded " + escape(value);
    }
    return {};
}

} // namespace

std::string
toHtml(const api::Recording& recording, const std::string& sessionName, const api::ReplayResult* replay)
{
    api::FigureAccumulator sums(recording.header);
    sums.add(recording.rows);
    const api::Figures figures = sums.figures();
    const ReportInput input{recording, figures, sums.routed()};
    const std::string title = escape(titleText(input));
    const std::string name = escape(sessionName);

    std::string page = beginPage(titleText(input));
    page += fmt::format(
        "<header><div class=\"line\"><span>SiDA Studio run report</span><span>{}</span></div>\n<h1>{}</h1>\n"
        "<p class=\"verdict\">{}</p>\n{}</header>\n",
        name + recordedAt(recording.header.provenance), title, escape(verdictText(input)),
        cautionList(input));
    page += figuresSection(input) + overRunSection(input) + timeSection(input);
    page += "<div class=\"columns\">\n" + memorySection(input) + transfersSection(input) + "</div>\n";
    if (replay != nullptr)
        page += budgetSection(*replay);
    page += expertsSection(input) + layersSection(input) + notesSection(input) + provenanceSection(input);
    page += endPage(
        kHowMeasured, fmt::format("sida report {} --format html --output report.html", sessionName));
    return page;
}

} // namespace sida::report
