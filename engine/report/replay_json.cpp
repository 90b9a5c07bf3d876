// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/replay_json.h"

#include "engine/report/run_json.h"

namespace sida::report
{

namespace
{

Json configurationObject(const api::ReplayConfiguration& configuration)
{
    Json out = {{"policy", api::name(configuration.policy)}};
    if (configuration.policy == api::Policy::resident)
        out["eviction"] = nullptr;
    else
        out["eviction"]
            = configuration.belady ? std::string_view("belady") : api::name(configuration.eviction);
    return out;
}

Json pointObject(const api::ReplayPoint& point)
{
    return {
        {"budget_bytes", point.budgetBytes},
        {"slots", point.slots},
        {"uses", point.uses},
        {"hits", point.hits},
        {"hit_rate", point.uses > 0 ? Json(point.hitRate()) : Json(nullptr)},
        {"late", point.late},
        {"copies", point.copies},
        {"bytes", point.bytes},
        {"wasted_bytes", point.wastedBytes},
        {"stall_ms", point.stallSeconds * 1e3},
        {"seconds", point.seconds},
        {"samples_per_s", point.samplesPerSecond}};
}

} // namespace

std::string replayJson(const api::ReplayResult& result, const std::filesystem::path& session)
{
    Json out;
    out["session"] = session.string();
    out["resident_bytes"] = result.residentBytes;
    out["smallest_bytes"] = result.smallestBytes;
    out["slot_bytes"] = result.slotBytes;
    out["fixed_bytes"] = result.fixedBytes;
    out["predictor_bytes"] = result.predictorBytes;
    out["experts"] = result.experts;
    out["copy_ms"] = result.copySeconds * 1e3;
    out["measured"] = configurationObject(result.recordedConfiguration);
    out["measured"].update(pointObject(result.recorded));
    Json curves = Json::array();
    for (const api::ReplayCurve& curve : result.curves) {
        Json entry = configurationObject(curve.configuration);
        Json points = Json::array();
        for (const api::ReplayPoint& point : curve.points)
            points.push_back(pointObject(point));
        entry["points"] = points;
        entry["knee"] = curve.knee < 0 ? Json(nullptr) : Json(curve.knee);
        curves.push_back(entry);
    }
    out["simulated"] = curves;
    out["lru_hit_rate_by_slots"] = result.lruHitRateBySlots;
    out["notes"] = result.notes;
    return dump(out);
}

} // namespace sida::report
