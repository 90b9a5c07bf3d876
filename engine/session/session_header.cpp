// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/session_header.h"

#include "engine/session/tables.h"

#include <fmt/format.h>

namespace sida::session
{

namespace
{

// Far beyond any model; they keep a damaged header from asking for all memory.
constexpr std::size_t kMostLayers = 4096;
constexpr std::int64_t kMostExpertsOfLayer = 65536;
constexpr std::int64_t kMostExperts = std::int64_t{1} << 20;
constexpr std::size_t kMostProvenance = 10'000;
constexpr std::size_t kMostEpochs = 10'000;

constexpr const char* kRunColumns
    = "state, failure, dropped_events, model_name, dataset_name, predictor_name, policy, routing, eviction, "
      "device, dtype, batch_size, top_k, lookahead, expert_bytes, resident_bytes, smallest_bytes, "
      "total_batches, total_samples, load_seconds, metric_name";

/// Sets `value` from its name, or says which column holds a name that is not known.
template <typename Value>
Status take(Value& value, const Result<Value>& parsed, const std::string& file)
{
    if (!parsed)
        return failure(damaged(file, parsed.error().message));
    value = *parsed;
    return {};
}

Result<api::RecordingState> parseState(std::string_view text)
{
    using State = api::RecordingState;
    for (const State state :
         {State::running, State::complete, State::recovered, State::failed, State::stopped}) {
        if (api::name(state) == text)
            return state;
    }
    return badInput(fmt::format("state '{}' is not known", text));
}

int readInt(RowInput& in)
{
    return static_cast<int>(in.integer(0, std::numeric_limits<int>::max()));
}

Status readRun(Database& database, StoredHeader& stored, const std::string& file)
{
    SIDA_TRY_ASSIGN(
        Statement statement, database.prepare(fmt::format("SELECT {} FROM run LIMIT 1", kRunColumns)));
    SIDA_TRY_ASSIGN(const bool found, statement.next());
    if (!found)
        return failure(damaged(file, "table 'run' is empty"));
    api::RunHeader& header = stored.header;
    RowInput in(statement, "run", header);
    in.beginRow();
    SIDA_TRY(take(stored.state, parseState(in.text()), file));
    stored.failure = in.text();
    stored.droppedEvents = static_cast<std::uint64_t>(in.amount());
    header.modelName = in.text();
    header.datasetName = in.text();
    header.predictorName = in.text();
    SIDA_TRY(take(header.policy, api::parsePolicy(in.text()), file));
    SIDA_TRY(take(header.routing, api::parseRouting(in.text()), file));
    SIDA_TRY(take(header.eviction, api::parseEviction(in.text()), file));
    SIDA_TRY(take(header.device, api::parseDeviceKind(in.text()), file));
    SIDA_TRY(take(header.dtype, api::parseDType(in.text()), file));
    header.batchSize = readInt(in);
    header.topK = readInt(in);
    header.lookahead = readInt(in);
    header.expertBytes = static_cast<std::uint64_t>(in.amount());
    header.residentBytes = static_cast<std::uint64_t>(in.amount());
    header.smallestBytes = static_cast<std::uint64_t>(in.amount());
    header.totalBatches = static_cast<std::uint64_t>(in.amount());
    header.totalSamples = static_cast<std::uint64_t>(in.amount());
    header.loadSeconds = in.real();
    header.metricName = in.text();
    if (in.problem())
        return failure(damaged(file, *in.problem()));
    return {};
}

Status readProvenance(Database& database, api::RunHeader& header, const std::string& file)
{
    SIDA_TRY_ASSIGN(
        Statement statement, database.prepare("SELECT key, value FROM provenance ORDER BY position"));
    RowInput in(statement, "provenance", header);
    for (;;) {
        SIDA_TRY_ASSIGN(const bool found, statement.next());
        if (!found)
            return {};
        if (header.provenance.size() == kMostProvenance)
            return failure(
                damaged(file, fmt::format("table 'provenance' has more than {} rows", kMostProvenance)));
        in.beginRow();
        std::string key = in.text();
        header.provenance.emplace_back(std::move(key), in.text());
    }
}

Status readMoeLayers(Database& database, api::RunHeader& header, const std::string& file)
{
    SIDA_TRY_ASSIGN(
        Statement statement, database.prepare("SELECT layer, name, experts FROM moe_layers ORDER BY layer"));
    RowInput in(statement, "moe_layers", header);
    std::int64_t total = 0;
    for (;;) {
        SIDA_TRY_ASSIGN(const bool found, statement.next());
        if (!found)
            return {};
        in.beginRow();
        const auto expected = static_cast<std::int64_t>(header.moeLayers.size());
        in.integer(expected, expected);
        header.moeLayers.push_back(in.text());
        const std::int64_t experts = in.integer(0, kMostExpertsOfLayer);
        header.expertsPerLayer.push_back(static_cast<int>(experts));
        total += experts;
        if (header.moeLayers.size() > kMostLayers || total > kMostExperts)
            in.refuse("more layers or experts than a model can have");
        if (in.problem())
            return failure(damaged(file, *in.problem()));
    }
}

/// The table came after the first sessions: they have none.
Status readTraining(Database& database, api::RunHeader& header, const std::string& file)
{
    SIDA_TRY_ASSIGN(
        const std::int64_t there,
        database.integer(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'training_epochs'"));
    if (there == 0)
        return {};
    SIDA_TRY_ASSIGN(
        Statement statement,
        database.prepare("SELECT kind, epoch, loss, held_out_top1, held_out_top3, seconds "
                         "FROM training_epochs ORDER BY position"));
    RowInput in(statement, "training_epochs", header);
    for (;;) {
        SIDA_TRY_ASSIGN(const bool found, statement.next());
        if (!found)
            return {};
        in.beginRow();
        api::TrainEpoch epoch;
        epoch.kind = in.text();
        epoch.epoch = readInt(in);
        epoch.loss = in.real();
        epoch.heldOutTop1 = in.real();
        epoch.heldOutTop3 = in.real();
        epoch.seconds = in.real();
        if (header.training.size() == kMostEpochs)
            in.refuse(fmt::format("more than {} rows", kMostEpochs));
        if (in.problem())
            return failure(damaged(file, *in.problem()));
        header.training.push_back(std::move(epoch));
    }
}

} // namespace

Error damaged(const std::string& file, const std::string& found)
{
    return {
        ErrorKind::badInput,
        fmt::format("{}: the session is damaged: {}; use a copy that was made before", file, found)};
}

Status writeHeader(Database& database, const api::RunHeader& header)
{
    std::string places = "?";
    for (int place = 1; place < 21; ++place)
        places += ",?";
    SIDA_TRY_ASSIGN(
        Statement run, database.prepare(fmt::format("INSERT INTO run({}) VALUES ({})", kRunColumns, places)));
    run.bind(
        api::name(api::RecordingState::running), "", 0, header.modelName, header.datasetName,
        header.predictorName, api::name(header.policy), api::name(header.routing), api::name(header.eviction),
        api::name(header.device), api::name(header.dtype), header.batchSize, header.topK, header.lookahead,
        header.expertBytes, header.residentBytes, header.smallestBytes, header.totalBatches,
        header.totalSamples, header.loadSeconds, header.metricName);
    SIDA_TRY(run.run());

    SIDA_TRY_ASSIGN(Statement provenance, database.prepare("INSERT INTO provenance VALUES (?,?,?)"));
    for (std::size_t i = 0; i < header.provenance.size(); ++i) {
        provenance.bind(i, header.provenance[i].first, header.provenance[i].second);
        SIDA_TRY(provenance.run());
    }
    SIDA_TRY_ASSIGN(Statement layers, database.prepare("INSERT INTO moe_layers VALUES (?,?,?)"));
    for (std::size_t i = 0; i < header.moeLayers.size(); ++i) {
        layers.bind(
            i, header.moeLayers[i], i < header.expertsPerLayer.size() ? header.expertsPerLayer[i] : 0);
        SIDA_TRY(layers.run());
    }
    SIDA_TRY_ASSIGN(
        Statement training, database.prepare("INSERT INTO training_epochs VALUES (?,?,?,?,?,?,?)"));
    for (std::size_t i = 0; i < header.training.size(); ++i) {
        const api::TrainEpoch& epoch = header.training[i];
        training.bind(
            i, epoch.kind, epoch.epoch, epoch.loss, epoch.heldOutTop1, epoch.heldOutTop3, epoch.seconds);
        SIDA_TRY(training.run());
    }
    return {};
}

Result<StoredHeader> readHeader(Database& database, const std::string& file)
{
    StoredHeader stored;
    SIDA_TRY(readRun(database, stored, file));
    SIDA_TRY(readProvenance(database, stored.header, file));
    SIDA_TRY(readMoeLayers(database, stored.header, file));
    SIDA_TRY(readTraining(database, stored.header, file));
    return stored;
}

} // namespace sida::session
