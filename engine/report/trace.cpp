// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/trace.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sida::report
{

namespace
{

constexpr int kProcess = 1;

/// Rows of the picture, from above.
enum class Track { batches = 1, layers, stalls, hash, transfers, budget };

std::string jsonText(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The format counts in microseconds; three decimals keep the nanosecond.
std::string micros(Nanoseconds ns)
{
    const Nanoseconds whole = ns / 1000;
    return fmt::format("{}.{:03}", whole, std::max<Nanoseconds>(0, ns - whole * 1000));
}

class Writer
{
public:
    Writer(const api::Recording& recording, std::ostream& out)
        : m_header(recording.header)
        , m_rows(recording.rows)
        , m_out(out)
    {
    }

    void write()
    {
        m_out << "{\"displayTimeUnit\":\"ns\",\"otherData\":{";
        bool first = true;
        for (const auto& [key, value] : m_header.provenance) {
            m_out << (first ? "" : ",") << jsonText(key) << ':' << jsonText(value);
            first = false;
        }
        m_out << "},\"traceEvents\":[";
        nameTracks();
        batches();
        layers();
        stalls();
        hashBuilds();
        transfers();
        flows();
        budgets();
        memory();
        hitRates();
        m_out << "\n]}\n";
    }

private:
    template <typename... Values>
    void event(fmt::format_string<Values...> format, Values&&... values)
    {
        m_line.clear();
        m_line += m_first ? "\n" : ",\n";
        m_first = false;
        fmt::format_to(std::back_inserter(m_line), format, std::forward<Values>(values)...);
        m_out.write(m_line.data(), static_cast<std::streamsize>(m_line.size()));
    }

    void nameTracks()
    {
        event(
            R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":{}}}}})", kProcess,
            jsonText(fmt::format(
                "{} on {}, policy {}", m_header.modelName, m_header.datasetName,
                api::name(m_header.policy))));
        constexpr std::pair<Track, std::string_view> kNames[]
            = {{Track::batches, "batches"},    {Track::layers, "MoE layers"}, {Track::stalls, "stalls"},
               {Track::hash, "hash building"}, {Track::transfers, "copies"},  {Track::budget, "budget"}};
        for (const auto& [track, name] : kNames) {
            const int number = static_cast<int>(track);
            event(
                R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":"{}"}}}})", kProcess,
                number, name);
            event(
                R"({{"ph":"M","pid":{},"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})",
                kProcess, number, number);
        }
    }

    void span(
        Track track, Nanoseconds begin, Nanoseconds end, const std::string& name,
        const std::string& arguments)
    {
        event(
            R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":{},"args":{{{}}}}})", kProcess,
            static_cast<int>(track), micros(begin), micros(end - begin), jsonText(name), arguments);
    }

    void batches()
    {
        for (const api::BatchRow& row : m_rows.batches)
            span(
                Track::batches, row.begin, row.end, fmt::format("batch {}", row.batch),
                fmt::format(R"("samples":{},"tokens":{})", row.samples, row.tokens));
    }

    void layers()
    {
        for (const api::LayerRow& row : m_rows.layers) {
            const std::string name = row.layer < m_header.moeLayers.size()
                ? m_header.moeLayers[row.layer]
                : fmt::format("layer {}", row.layer);
            span(
                Track::layers, row.begin, row.end, name,
                fmt::format(R"("batch":{},"layer":{})", row.batch, row.layer));
        }
    }

    void stalls()
    {
        for (const api::StallRow& row : m_rows.stalls)
            span(
                Track::stalls, row.begin, row.end, std::string(api::name(row.cause)),
                fmt::format(
                    R"("batch":{},"layer":{},"expert":{})", row.batch, row.key.layer, row.key.expert));
    }

    void hashBuilds()
    {
        for (const api::HashBuildRow& row : m_rows.hashBuilds)
            span(
                Track::hash, row.begin, row.end, fmt::format("hash table {}", row.batch),
                fmt::format(R"("batch":{})", row.batch));
    }

    void transfers()
    {
        for (const api::TransferRow& row : m_rows.transfers)
            span(
                Track::transfers, row.begin, row.end,
                fmt::format("{} L{} E{}", api::name(row.kind), row.key.layer, row.key.expert),
                fmt::format(
                    R"("layer":{},"expert":{},"slot":{},"batch":{},"bytes":{},"queued_us":{})", row.key.layer,
                    row.key.expert, row.slot, row.batch, row.bytes, micros(row.queued)));
    }

    /// From prediction to copy to use: one arrow through each prefetch that came to its use.
    void flows()
    {
        std::map<std::uint32_t, Nanoseconds> builtAt;
        for (const api::HashBuildRow& row : m_rows.hashBuilds)
            builtAt[row.batch] = row.begin;
        std::map<std::tuple<std::uint32_t, std::uint16_t, std::uint16_t>, Nanoseconds> usedAt;
        for (const api::UseRow& row : m_rows.uses) {
            if (row.routed > 0)
                usedAt.emplace(std::tuple(row.batch, row.key.layer, row.key.expert), row.used);
        }
        std::uint64_t id = 0;
        const auto arrow = [&](std::string_view phase, Track track, Nanoseconds time) {
            event(
                R"({{"ph":"{}","pid":{},"tid":{},"ts":{},"id":{},"cat":"expert","name":"expert"{}}})", phase,
                kProcess, static_cast<int>(track), micros(time), id, phase == "f" ? R"(,"bp":"e")" : "");
        };
        for (const api::TransferRow& row : m_rows.transfers) {
            const auto built = builtAt.find(row.batch);
            const auto used = usedAt.find(std::tuple(row.batch, row.key.layer, row.key.expert));
            const bool foretold = row.kind == api::TransferKind::prefetch && built != builtAt.end();
            const bool came = used != usedAt.end() && used->second >= row.begin;
            if (!foretold && !came)
                continue;
            ++id;
            if (foretold)
                arrow("s", Track::hash, built->second);
            arrow(foretold ? (came ? "t" : "f") : "s", Track::transfers, row.begin);
            if (came)
                arrow("f", Track::layers, used->second);
        }
    }

    void budgets()
    {
        for (const api::BudgetRow& row : m_rows.budgets)
            event(
                R"({{"ph":"i","pid":{},"tid":{},"ts":{},"s":"p","name":{},"args":{{"from":{},"to":{},"reason":{}}}}})",
                kProcess, static_cast<int>(Track::budget), micros(row.time),
                jsonText(row.accepted ? "budget changed" : "budget refused"), row.from, row.to,
                jsonText(row.reason));
    }

    void memory()
    {
        for (const api::MemoryRow& row : m_rows.memory) {
            std::string values;
            for (std::size_t i = 0; i < api::kPurposes; ++i)
                values += fmt::format(
                    R"({}"{}":{})", i == 0 ? "" : ",", api::name(static_cast<api::Purpose>(i)), row.bytes[i]);
            event(
                R"({{"ph":"C","pid":{},"ts":{},"name":"device memory","args":{{{}}}}})", kProcess,
                micros(row.time), values);
            event(
                R"({{"ph":"C","pid":{},"ts":{},"name":"budget","args":{{"bytes":{}}}}})", kProcess,
                micros(row.time), row.budget);
        }
    }

    void hitRates()
    {
        std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> hitsOfUses;
        for (const api::UseRow& row : m_rows.uses) {
            if (row.routed == 0)
                continue;
            auto& [hits, uses] = hitsOfUses[row.batch];
            hits += row.outcome == api::Outcome::hit ? 1U : 0U;
            ++uses;
        }
        for (const api::BatchRow& row : m_rows.batches) {
            const auto found = hitsOfUses.find(row.batch);
            if (found == hitsOfUses.end())
                continue;
            const auto& [hits, uses] = found->second;
            event(
                R"({{"ph":"C","pid":{},"ts":{},"name":"hit rate","args":{{"percent":{:.2f}}}}})", kProcess,
                micros(row.begin), 100 * static_cast<double>(hits) / static_cast<double>(uses));
        }
    }

    const api::RunHeader& m_header;
    const api::RecordingChunk& m_rows;
    std::ostream& m_out;
    std::string m_line;
    bool m_first = true;
};

} // namespace

Status writeTrace(const api::Recording& recording, std::ostream& out)
{
    Writer(recording, out).write();
    return {};
}

} // namespace sida::report
