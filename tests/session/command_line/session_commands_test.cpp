// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the real program makes of recorded sessions: replays, comparisons, tables, traces.
#include "engine/model/model.h"
#include "tests/session/command_line/process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sida
{
namespace
{

using nlohmann::json;

class SessionCommands : public testing::Test
{
protected:
    void SetUp() override
    {
        test::writeTinyModel(m_folder / "model", m_tiny);
        test::writeTinyDataset(m_folder / "data.jsonl", m_tiny, 40, 12);
        const auto info = model::inspectModel(m_folder / "model");
        ASSERT_TRUE(info) << info.error().message;
        test::writeTinyPredictor(m_folder / "predictor.safetensors", m_tiny, info->identity);
        record("demand.sida", {"--policy", "on-demand", "--eviction", "lru", "--budget", "90%"});
        record(
            "sida.sida",
            {"--policy", "sida", "--predictor", path("predictor.safetensors"), "--budget", "90%", "--repeat",
             "2"});
    }

    std::string path(const std::string& name) const { return (m_folder / name).string(); }

    void record(const std::string& session, const std::vector<std::string>& more) const
    {
        std::vector<std::string> arguments = {
            SIDA_BIN_DIR "/sida", "run",       "--threads",   "1",     "--model", path("model"), "--dataset",
            path("data.jsonl"),   "--session", path(session), "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto done = test::runProgram(arguments);
        ASSERT_EQ(done.status, 0) << done.err;
    }

    static json parsed(const std::vector<std::string>& arguments)
    {
        std::vector<std::string> all = {SIDA_BIN_DIR "/sida"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const auto done = test::runProgram(all);
        EXPECT_EQ(done.status, 0) << done.err;
        return json::parse(done.out, nullptr, false);
    }

    test::TinyModel m_tiny;
    test::TempFolder m_folder;
};

TEST_F(SessionCommands, AReplayUsesWhatTheSessionUsedAndItsEveryMissIsACopy)
{
    const json inspected = parsed({"inspect", path("demand.sida"), "--json"});
    const json replayed = parsed(
        {"replay", path("demand.sida"), "--policies", "on-demand:lru,on-demand:belady", "--budgets",
         "90%,100%", "--json"});
    ASSERT_EQ(replayed["simulated"].size(), 2U);
    EXPECT_EQ(replayed["measured"]["uses"], inspected["experts"]["uses"]);
    for (const json& curve : replayed["simulated"]) {
        for (const json& point : curve["points"]) {
            EXPECT_EQ(point["uses"], inspected["experts"]["uses"]);
            EXPECT_EQ(point["hits"].get<int>() + point["copies"].get<int>(), point["uses"].get<int>());
        }
    }
    EXPECT_LE(
        replayed["simulated"][1]["points"][0]["copies"], replayed["simulated"][0]["points"][0]["copies"]);
}

TEST_F(SessionCommands, PredictionsAreReplayedWhereTheSessionHasThem)
{
    const json replayed = parsed({"replay", path("sida.sida"), "--policies", "sida", "--json"});
    EXPECT_EQ(replayed["simulated"].size(), 4U);
    const auto refused = test::runProgram(
        {SIDA_BIN_DIR "/sida", "replay", path("demand.sida"), "--policies", "sida", "--json"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(refused.out, "");
    EXPECT_NE(refused.err.find("no hash tables"), std::string::npos);
}

TEST_F(SessionCommands, ComparingSaysWhichSettingsDifferAndHowTheFiguresStand)
{
    const json compared = parsed({"compare", path("demand.sida"), path("sida.sida"), "--json"});
    EXPECT_EQ(compared["sessions"], (std::vector<std::string>{path("demand.sida"), path("sida.sida")}));
    EXPECT_EQ(compared["settings"]["different"]["policy"], (std::vector<std::string>{"on-demand", "sida"}));
    EXPECT_TRUE(compared["per_sample"].get<bool>());
    EXPECT_EQ(compared["answers"][1]["samples"], 40);
    EXPECT_EQ(compared["answers"][1]["equal"], 40);
    const auto words
        = test::runProgram({SIDA_BIN_DIR "/sida", "compare", path("demand.sida"), path("sida.sida")});
    EXPECT_EQ(words.status, 0);
    EXPECT_NE(words.out.find("Settings that differ"), std::string::npos);
    EXPECT_EQ(test::runProgram({SIDA_BIN_DIR "/sida", "compare", path("demand.sida")}).status, 2);
}

TEST_F(SessionCommands, TablesAndTraceAreWritten)
{
    const auto tables = test::runProgram(
        {SIDA_BIN_DIR "/sida", "report", path("sida.sida"), "--format", "csv", "--output", path("tables")});
    EXPECT_EQ(tables.status, 0) << tables.err;
    EXPECT_TRUE(test::contentOf(m_folder / "tables/uses.csv").starts_with("batch,layer,expert,routed,"));
    const auto trace = test::runProgram(
        {SIDA_BIN_DIR "/sida", "report", path("sida.sida"), "--format", "trace", "--output",
         path("trace.json")});
    EXPECT_EQ(trace.status, 0) << trace.err;
    const json events = json::parse(test::contentOf(m_folder / "trace.json"))["traceEvents"];
    EXPECT_GT(events.size(), 100U);
}

/// The text of a PDF, and its pages as pictures, by poppler's tools.
std::string textOfPdf(const std::string& pdf)
{
    const auto done = test::runProgram({"/usr/bin/env", "pdftotext", "-layout", pdf, "-"});
    EXPECT_EQ(done.status, 0) << done.err;
    return done.out;
}

TEST_F(SessionCommands, AReportOnPaperSaysWhatThePageSays)
{
    const auto made = test::runProgram(
        {SIDA_BIN_DIR "/sida", "report", path("sida.sida"), "--format", "pdf", "--output", path("a.pdf")});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(made.err, "");
    EXPECT_TRUE(test::contentOf(m_folder / "a.pdf").starts_with("%PDF-"));
    const std::string text = textOfPdf(path("a.pdf"));
    for (const char* heading :
         {"SiDA Studio run report", "Throughput", "Over the run", "Where the time went",
          "Device memory by purpose", "Transfers and prediction", "Experts used", "Layer by layer",
          "How it was made", "As recorded", "page 1 of"})
        EXPECT_NE(text.find(heading), std::string::npos) << heading;
    const json inspected = parsed({"inspect", path("sida.sida"), "--json"});
    EXPECT_NE(
        text.find("of " + std::to_string(inspected["experts"]["uses"].get<int>()) + " expert uses"),
        std::string::npos);
}

TEST_F(SessionCommands, SeveralSessionsAreReportedAsTheirComparison)
{
    const auto made = [&](const std::string& format) {
        return test::runProgram(
            {SIDA_BIN_DIR "/sida", "report", path("demand.sida"), path("sida.sida"), "--format", format,
             "--output", path("both." + format)});
    };
    ASSERT_EQ(made("html").status, 0);
    const std::string page = test::contentOf(m_folder / "both.html");
    EXPECT_NE(page.find("demand.sida and sida.sida compared"), std::string::npos);
    EXPECT_NE(page.find("Settings that differ"), std::string::npos);
    EXPECT_NE(page.find("same answer for all 40 samples"), std::string::npos);
    ASSERT_EQ(made("pdf").status, 0);
    const std::string text = textOfPdf(path("both.pdf"));
    EXPECT_NE(text.find("Settings that differ"), std::string::npos);
    EXPECT_NE(text.find("B against A"), std::string::npos);
    ASSERT_EQ(made("json").status, 0);
    EXPECT_EQ(json::parse(test::contentOf(m_folder / "both.json"))["answers"][1]["equal"], 40);
    EXPECT_EQ(made("csv").status, 2);
    EXPECT_FALSE(std::filesystem::exists(m_folder / "both.csv"));
}

TEST_F(SessionCommands, ARecordingThatIsLimitedKeepsItsFiguresAndSaysWhatItLacks)
{
    record("limited.sida", {"--policy", "on-demand", "--budget", "90%", "--record-size", "1KiB"});
    const json inspected = parsed({"inspect", path("limited.sida"), "--json"});
    EXPECT_EQ(inspected["samples"], 40);
    EXPECT_EQ(
        test::runProgram({SIDA_BIN_DIR "/sida", "run", "--model", path("model"), "--dataset",
                          path("data.jsonl"), "--record-size", "20%", "--json"})
            .status,
        2);
}

} // namespace
} // namespace sida
