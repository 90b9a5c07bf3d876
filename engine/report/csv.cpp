// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/csv.h"

#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace sida::report
{

namespace fs = std::filesystem;

namespace
{

/// Text from outside: quoted where it must be.
std::string field(std::string_view text)
{
    std::string out(text);
    if (!out.empty() && std::string_view("=+-@\t\r").find(out.front()) != std::string_view::npos)
        out.insert(out.begin(), '\'');
    if (out.find_first_of(",\"\r\n") == std::string::npos)
        return out;
    std::string quoted = "\"";
    for (const char character : out) {
        if (character == '"')
            quoted += '"';
        quoted += character;
    }
    return quoted + '"';
}

/// Rows on their way into one file.
class Table
{
public:
    Table(const fs::path& folder, std::string_view name, std::string_view columns)
        : m_path(folder / (std::string(name) + ".csv"))
        , m_stream(m_path, std::ios::binary)
    {
        m_stream << columns << "\r\n";
    }

    template <typename... Values>
    void row(fmt::format_string<Values...> format, Values&&... values)
    {
        m_line.clear();
        fmt::format_to(std::back_inserter(m_line), format, std::forward<Values>(values)...);
        m_line += "\r\n";
        m_stream.write(m_line.data(), static_cast<std::streamsize>(m_line.size()));
    }

    Status close()
    {
        m_stream.close();
        if (!m_stream)
            return failure(
                ErrorKind::io, fmt::format("{}: cannot be written; is the disk full?", m_path.string()));
        return {};
    }

private:
    fs::path m_path;
    std::ofstream m_stream;
    std::string m_line;
};

Status writeRun(const api::Recording& recording, const fs::path& folder)
{
    const api::RunHeader& header = recording.header;
    Table run(folder, "run", "key,value");
    run.row("state,{}", api::name(recording.state));
    run.row("failure,{}", field(recording.failure));
    run.row("model_name,{}", field(header.modelName));
    run.row("dataset_name,{}", field(header.datasetName));
    run.row("predictor_name,{}", field(header.predictorName));
    run.row("dropped_events,{}", recording.rows.droppedEvents);
    run.row("expert_bytes,{}", header.expertBytes);
    run.row("resident_bytes,{}", header.residentBytes);
    run.row("smallest_bytes,{}", header.smallestBytes);
    for (const auto& [key, value] : header.provenance)
        run.row("{},{}", field(key), field(value));
    SIDA_TRY(run.close());
    Table layers(folder, "moe_layers", "layer,name,experts");
    for (std::size_t layer = 0; layer < header.moeLayers.size(); ++layer)
        layers.row("{},{},{}", layer, field(header.moeLayers[layer]), header.expertsPerLayer[layer]);
    return layers.close();
}

Status writeBatches(const api::RecordingChunk& rows, const fs::path& folder)
{
    Table batches(folder, "batches", "batch,begin_ns,end_ns,samples,tokens,table_ready_ns");
    for (const api::BatchRow& row : rows.batches)
        batches.row(
            "{},{},{},{},{},{}", row.batch, row.begin, row.end, row.samples, row.tokens, row.tableReady);
    SIDA_TRY(batches.close());
    Table layers(folder, "layers", "batch,layer,begin_ns,end_ns");
    for (const api::LayerRow& row : rows.layers)
        layers.row("{},{},{},{}", row.batch, row.layer, row.begin, row.end);
    SIDA_TRY(layers.close());
    Table samples(folder, "samples", "batch,sample,tokens,label,prediction,reference,scored,loss");
    for (const api::SampleRow& row : rows.samples)
        samples.row(
            "{},{},{},{},{},{},{},{}", row.batch, row.index, row.tokens, row.label, row.prediction,
            row.reference, row.scored, row.loss);
    return samples.close();
}

Status writeExperts(const api::RecordingChunk& rows, const fs::path& folder)
{
    Table uses(folder, "uses", "batch,layer,expert,routed,predicted,outcome,slot,used_ns");
    for (const api::UseRow& row : rows.uses)
        uses.row(
            "{},{},{},{},{},{},{},{}", row.batch, row.key.layer, row.key.expert, row.routed, row.predicted,
            row.routed > 0 ? api::name(row.outcome) : std::string_view(), row.slot, row.used);
    SIDA_TRY(uses.close());
    Table transfers(folder, "transfers", "layer,expert,kind,slot,batch,bytes,queued_ns,begin_ns,end_ns");
    for (const api::TransferRow& row : rows.transfers)
        transfers.row(
            "{},{},{},{},{},{},{},{},{}", row.key.layer, row.key.expert, api::name(row.kind), row.slot,
            row.batch, row.bytes, row.queued, row.begin, row.end);
    SIDA_TRY(transfers.close());
    Table evictions(folder, "evictions", "layer,expert,slot,time_ns,reason,used");
    for (const api::EvictionRow& row : rows.evictions)
        evictions.row(
            "{},{},{},{},{},{}", row.key.layer, row.key.expert, row.slot, row.time, api::name(row.reason),
            row.used ? 1 : 0);
    SIDA_TRY(evictions.close());
    Table stalls(folder, "stalls", "batch,layer,expert,begin_ns,end_ns,cause");
    for (const api::StallRow& row : rows.stalls)
        stalls.row(
            "{},{},{},{},{},{}", row.batch, row.key.layer, row.key.expert, row.begin, row.end,
            api::name(row.cause));
    return stalls.close();
}

Status writeRest(const api::RecordingChunk& rows, const fs::path& folder)
{
    std::string purposes;
    for (std::size_t i = 0; i < api::kPurposes; ++i)
        purposes += fmt::format(",{}", api::name(static_cast<api::Purpose>(i)));
    Table memory(folder, "memory", "time_ns" + purposes + ",budget");
    for (const api::MemoryRow& row : rows.memory) {
        std::string bytes;
        for (const std::uint64_t one : row.bytes)
            bytes += fmt::format(",{}", one);
        memory.row("{}{},{}", row.time, bytes, row.budget);
    }
    SIDA_TRY(memory.close());
    Table budgets(folder, "budgets", "time_ns,from_bytes,to_bytes,accepted,reason");
    for (const api::BudgetRow& row : rows.budgets)
        budgets.row("{},{},{},{},{}", row.time, row.from, row.to, row.accepted ? 1 : 0, field(row.reason));
    SIDA_TRY(budgets.close());
    Table switches(folder, "prefetch_switches", "time_ns,batch,layer,is_on,precision");
    for (const api::PrefetchSwitchRow& row : rows.prefetchSwitches)
        switches.row("{},{},{},{},{}", row.time, row.batch, row.layer, row.on ? 1 : 0, row.precision);
    SIDA_TRY(switches.close());
    Table hash(
        folder, "hash", "batch,layer,tokens,token_hits,predicted_experts,active_experts,correct_experts");
    for (const api::HashRow& row : rows.hash)
        hash.row(
            "{},{},{},{},{},{},{}", row.batch, row.layer, row.tokens, row.tokenHits, row.predictedExperts,
            row.activeExperts, row.correctExperts);
    SIDA_TRY(hash.close());
    Table calibration(folder, "calibration", "batch,layer,bin,tokens,hits,alpha");
    for (const api::CalibrationRow& row : rows.calibration)
        calibration.row("{},{},{},{},{},{}", row.batch, row.layer, row.bin, row.tokens, row.hits, row.alpha);
    SIDA_TRY(calibration.close());
    Table builds(folder, "hash_builds", "batch,begin_ns,end_ns");
    for (const api::HashBuildRow& row : rows.hashBuilds)
        builds.row("{},{},{}", row.batch, row.begin, row.end);
    return builds.close();
}

Status writeTables(const api::Recording& recording, const fs::path& folder)
{
    SIDA_TRY(writeRun(recording, folder));
    SIDA_TRY(writeBatches(recording.rows, folder));
    SIDA_TRY(writeExperts(recording.rows, folder));
    return writeRest(recording.rows, folder);
}

} // namespace

Status writeCsv(const api::Recording& recording, const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder, error) && !(fs::is_directory(folder, error) && fs::is_empty(folder, error)))
        return badInput(
            fmt::format("{}: is there already; name a folder that is new or empty", folder.string()));
    fs::path beside = folder;
    if (!beside.has_filename())
        beside = beside.parent_path();
    beside += fmt::format(".partial-{}", ::getpid());
    fs::create_directories(beside, error);
    if (error)
        return failure(
            ErrorKind::io, fmt::format("{}: cannot be made: {}", beside.string(), error.message()));
    Status written = writeTables(recording, beside);
    if (written) {
        fs::remove(folder, error); // an empty one
        fs::rename(beside, folder, error);
        if (error)
            written = failure(
                ErrorKind::io, fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
    }
    if (!written)
        fs::remove_all(beside, error);
    return written;
}

} // namespace sida::report
