// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/compare_json.h"

#include "engine/report/run_json.h"

namespace sida::report
{

namespace
{

Json settingsOf(const std::vector<api::ComparedSetting>& settings)
{
    Json out = Json::object();
    for (const api::ComparedSetting& setting : settings) {
        Json values = Json::array();
        for (const std::string& value : setting.values)
            values.push_back(value.empty() ? Json(nullptr) : Json(value));
        out[setting.key] = values;
    }
    return out;
}

std::string_view unitName(api::FigureUnit unit)
{
    switch (unit) {
    case api::FigureUnit::number:
        return "number";
    case api::FigureUnit::share:
        return "share";
    case api::FigureUnit::bytes:
        return "bytes";
    case api::FigureUnit::milliseconds:
        return "ms";
    case api::FigureUnit::perSecond:
        break;
    }
    return "per_s";
}

Json figureObject(const api::ComparedFigure& figure)
{
    Json runs = Json::array();
    for (const api::ComparedFigure::Run& run : figure.runs)
        runs.push_back(
            {{"value", run.value},
             {"least", run.least},
             {"most", run.most},
             {"delta", run.delta},
             {"percent", run.percent},
             {"verdict", api::name(run.verdict)}});
    return {
        {"key", figure.key},
        {"words", figure.words},
        {"unit", unitName(figure.unit)},
        {"per_sample", figure.perSample},
        {"runs", runs}};
}

Json differencesOf(const api::Comparison& comparison)
{
    Json all = Json::array();
    for (const std::vector<api::LayerDifference>& layers : comparison.routedDifference) {
        Json run = Json::array();
        for (const api::LayerDifference& layer : layers)
            run.push_back({{"layer", layer.layer}, {"shares", layer.shares}});
        all.push_back(layers.empty() ? Json(nullptr) : run);
    }
    return all;
}

} // namespace

std::string compareJson(const api::Comparison& comparison)
{
    Json out;
    out["sessions"] = comparison.names;
    out["settings"]
        = {{"different", settingsOf(comparison.different)}, {"equal", settingsOf(comparison.equal)}};
    out["per_sample"] = comparison.perSample;
    Json figures = Json::array();
    for (const api::ComparedFigure& figure : comparison.figures)
        figures.push_back(figureObject(figure));
    out["figures"] = figures;
    Json answers = Json::array();
    for (const api::ComparedAnswers& one : comparison.answers)
        answers.push_back({{"samples", one.samples}, {"equal", one.equal}});
    out["answers"] = answers;
    out["routed_difference"] = differencesOf(comparison);
    out["notes"] = comparison.notes;
    return dump(out);
}

} // namespace sida::report
