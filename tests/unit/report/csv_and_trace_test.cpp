// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/csv.h"
#include "engine/report/trace.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sida::report
{

namespace
{

/// One batch of one layer: an expert prefetched and used, another fetched while the run waited.
api::Recording small()
{
    api::Recording recording;
    recording.header.modelName = "a \"quoted\" model";
    recording.header.datasetName = "=HYPERLINK(\"x\")";
    recording.header.moeLayers = {"encoder.block.1.layer.1.mlp"};
    recording.header.expertsPerLayer = {4};
    recording.header.provenance = {{"policy", "sida"}, {"note", "commas, and\nlines"}};
    api::RecordingChunk& rows = recording.rows;
    rows.hashBuilds = {{0, 100, 900}};
    rows.batches = {{0, 1000, 9000, 1, 5, 900}};
    rows.layers = {{0, 0, 2000, 8000}};
    rows.transfers
        = {{{0, 1}, api::TransferKind::prefetch, 0, 0, 64, 900, 1001, 1900},
           {{0, 2}, api::TransferKind::onDemand, 1, 0, 64, 2000, 2100, 4000}};
    rows.uses = {
        {0, {0, 1}, 3, 3, api::Outcome::hit, 0, 2100}, {0, {0, 2}, 2, 0, api::Outcome::unpredicted, 1, 4100}};
    rows.stalls = {{0, {0, 2}, 2500, 4000, api::StallCause::unpredicted}};
    rows.memory.push_back({0, {1, 2, 3, 4, 5, 6}, 100});
    rows.budgets = {{500, 100, 50, false, "too small"}};
    rows.samples.push_back({0, 0, 5, 1, 1, -1, 0, 0});
    return recording;
}

using test::contentOf;

nlohmann::json traceOf(const api::Recording& recording)
{
    std::ostringstream out;
    EXPECT_TRUE(writeTrace(recording, out));
    return nlohmann::json::parse(out.str());
}

std::vector<nlohmann::json> events(const nlohmann::json& trace, const std::string& phase)
{
    std::vector<nlohmann::json> found;
    for (const nlohmann::json& event : trace["traceEvents"]) {
        if (event["ph"] == phase)
            found.push_back(event);
    }
    return found;
}

} // namespace

TEST(Csv, WritesOneFileForEachTableWithItsColumns)
{
    const test::TempFolder folder;
    ASSERT_TRUE(writeCsv(small(), folder.path() / "out"));
    const std::map<std::string, std::string> first = {
        {"batches", "batch,begin_ns,end_ns,samples,tokens,table_ready_ns\r\n0,1000,9000,1,5,900\r\n"},
        {"layers", "batch,layer,begin_ns,end_ns\r\n0,0,2000,8000\r\n"},
        {"uses",
         "batch,layer,expert,routed,predicted,outcome,slot,used_ns\r\n0,0,1,3,3,hit,0,2100\r\n"
         "0,0,2,2,0,unpredicted,1,4100\r\n"},
        {"stalls", "batch,layer,expert,begin_ns,end_ns,cause\r\n0,0,2,2500,4000,unpredicted\r\n"},
        {"memory",
         "time_ns,dense_weights,predictor,expert_slots,staging,activations,runtime_context,budget\r\n"
         "0,1,2,3,4,5,6,100\r\n"},
        {"budgets", "time_ns,from_bytes,to_bytes,accepted,reason\r\n500,100,50,0,too small\r\n"},
    };
    for (const auto& [table, content] : first)
        EXPECT_EQ(contentOf(folder.path() / "out" / (table + ".csv")), content) << table;
    for (const char* table :
         {"run", "moe_layers", "samples", "transfers", "evictions", "hash", "calibration", "hash_builds",
          "prefetch_switches"})
        EXPECT_TRUE(std::filesystem::exists(folder.path() / "out" / (std::string(table) + ".csv"))) << table;
}

TEST(Csv, QuotesTextAndMakesNoFormulaOfIt)
{
    const test::TempFolder folder;
    ASSERT_TRUE(writeCsv(small(), folder.path() / "out"));
    const std::string run = contentOf(folder.path() / "out" / "run.csv");
    EXPECT_NE(run.find("model_name,\"a \"\"quoted\"\" model\"\r\n"), std::string::npos);
    EXPECT_NE(run.find("dataset_name,\"'=HYPERLINK(\"\"x\"\")\"\r\n"), std::string::npos);
    EXPECT_NE(run.find("note,\"commas, and\nlines\"\r\n"), std::string::npos);
}

TEST(Csv, LeavesAFolderThatHoldsSomethingAlone)
{
    const test::TempFolder folder;
    std::ofstream(folder.path() / "mine.txt") << "mine";
    const Status status = writeCsv(small(), folder.path());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::badInput);
    EXPECT_EQ(contentOf(folder.path() / "mine.txt"), "mine");
}

TEST(Trace, IsStrictJsonWithATrackForEachKindOfWork)
{
    const nlohmann::json trace = traceOf(small());
    EXPECT_EQ(trace["otherData"]["policy"], "sida");
    std::vector<std::string> tracks;
    for (const nlohmann::json& event : events(trace, "M")) {
        if (event["name"] == "thread_name")
            tracks.push_back(event["args"]["name"]);
    }
    EXPECT_EQ(
        tracks,
        (std::vector<std::string>{"batches", "MoE layers", "stalls", "hash building", "copies", "budget"}));
    EXPECT_EQ(events(trace, "X").size(), 6U); // a batch, a layer, a stall, a table, two copies
    for (const nlohmann::json& event : trace["traceEvents"]) {
        EXPECT_TRUE(event["pid"].is_number());
        EXPECT_TRUE(event["ph"] == "M" || event["ts"].is_number());
    }
}

TEST(Trace, KeepsTheNanosecond)
{
    for (const nlohmann::json& event : events(traceOf(small()), "X")) {
        if (event["name"] != "prefetch L0 E1")
            continue;
        EXPECT_DOUBLE_EQ(event["ts"], 1.001);
        EXPECT_DOUBLE_EQ(event["dur"], 0.899);
        return;
    }
    FAIL() << "the copy is not there";
}

TEST(Trace, LeadsFromThePredictionOverTheCopyToTheUse)
{
    const nlohmann::json trace = traceOf(small());
    const auto begins = events(trace, "s");
    const auto steps = events(trace, "t");
    const auto ends = events(trace, "f");
    ASSERT_EQ(begins.size(), 2U); // the prefetch from its table, the demanded copy from itself
    ASSERT_EQ(steps.size(), 1U);
    ASSERT_EQ(ends.size(), 2U);
    EXPECT_EQ(begins[0]["id"], steps[0]["id"]);
    EXPECT_EQ(ends[0]["id"], steps[0]["id"]);
    EXPECT_DOUBLE_EQ(ends[0]["ts"], 2.1);
    EXPECT_EQ(ends[0]["bp"], "e");
}

TEST(Trace, CountsMemoryByPurposeAndTheHitRate)
{
    const auto counters = events(traceOf(small()), "C");
    ASSERT_EQ(counters.size(), 3U);
    EXPECT_EQ(counters[0]["args"]["expert_slots"], 3);
    EXPECT_EQ(counters[1]["args"]["bytes"], 100);
    EXPECT_DOUBLE_EQ(counters[2]["args"]["percent"], 50);
}

TEST(Trace, OfAnEmptyRecordingIsATraceToo)
{
    EXPECT_TRUE(traceOf({})["traceEvents"].is_array());
}

} // namespace sida::report
