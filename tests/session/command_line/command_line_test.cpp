// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model.h"
#include "engine/session/session.h"
#include "tests/session/command_line/process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>
#include <thread>

namespace sida
{
namespace
{

using nlohmann::json;

/// Lines that are the error itself; a hint may follow.
int linesOfError(const std::string& text)
{
    int lines = 0;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines += line.starts_with("hint: ") || line.starts_with("note: ") ? 0 : 1;
    return lines;
}

/// The real program on a model, data and a predictor of its own.
class CommandLine : public testing::Test
{
protected:
    void SetUp() override
    {
        test::writeTinyModel(m_folder / "model", m_tiny);
        test::writeTinyDataset(m_folder / "data.jsonl", m_tiny, 40, 12);
        const auto info = model::inspectModel(m_folder / "model");
        ASSERT_TRUE(info) << info.error().message;
        test::writeTinyPredictor(m_folder / "predictor.safetensors", m_tiny, info->identity);
    }

    std::string path(const std::string& name) const { return (m_folder / name).string(); }

    /// `sida run` on the model and the data, with more options; one of theirs takes the place of ours.
    std::vector<std::string> runArguments(const std::vector<std::string>& more) const
    {
        std::vector<std::string> arguments = {SIDA_BIN_DIR "/sida", "run", "--threads", "1"};
        const auto given
            = [&](const char* option) { return std::find(more.begin(), more.end(), option) != more.end(); };
        if (!given("--model"))
            arguments.insert(arguments.end(), {"--model", path("model")});
        if (!given("--dataset"))
            arguments.insert(arguments.end(), {"--dataset", path("data.jsonl")});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

    std::string bytesOf(const std::string& name) const
    {
        std::ifstream stream(m_folder / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    /// Waits until the session exists, then half a second of recording, then sends the signal.
    std::function<void(pid_t)> signalDuringTheRun(const std::string& session, int signal) const
    {
        return [file = m_folder / session, signal](pid_t process) {
            for (int i = 0; i < 3000 && !std::filesystem::exists(file); ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            std::this_thread::sleep_for(std::chrono::milliseconds(1500));
            ::kill(process, signal);
        };
    }

    test::TinyModel m_tiny;
    test::TempFolder m_folder;
};

TEST_F(CommandLine, RunPrintsTheContractsObjectAndNothingElse)
{
    const auto done = test::runProgram(runArguments(
        {"--predictor", path("predictor.safetensors"), "--policy", "sida", "--budget", "90%", "--json",
         "--session", path("run.sida")}));
    ASSERT_EQ(done.status, 0) << done.err;
    const json object = json::parse(done.out);
    for (const char* key :
         {"samples", "tokens", "seconds", "throughput", "latency_ms", "metric", "device", "dtype", "policy",
          "routing", "eviction", "memory", "experts", "transfers", "stall_ms", "hash", "session",
          "load_seconds", "versions"})
        EXPECT_TRUE(object.contains(key)) << key;
    EXPECT_EQ(object["samples"], 40);
    EXPECT_EQ(object["policy"], "sida");
    EXPECT_EQ(object["metric"]["name"], "accuracy");
    EXPECT_LE(object["memory"]["peak_bytes"], object["memory"]["budget_bytes"]);
    const json& experts = object["experts"];
    EXPECT_EQ(
        experts["hits"].get<int>() + experts["late"].get<int>() + experts["unpredicted"].get<int>()
            + experts["evicted_early"].get<int>(),
        experts["uses"].get<int>());

    const auto inspected = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", path("run.sida"), "--json"});
    ASSERT_EQ(inspected.status, 0) << inspected.err;
    const json session = json::parse(inspected.out);
    EXPECT_EQ(session["state"], "complete");
    EXPECT_EQ(session["experts"], experts);
    std::uint64_t routed = 0;
    for (const json& count : session["routed"][0])
        routed += count.get<std::uint64_t>();
    EXPECT_EQ(routed, object["tokens"].get<std::uint64_t>());
}

TEST_F(CommandLine, WhereOnlySomeSamplesHaveALabelTheMetricIsTheirsAndWithoutAnyThereIsNone)
{
    const auto metricOf = [&](const std::string& rows) {
        std::ofstream(m_folder / "some.jsonl") << rows;
        const auto done = test::runProgram(runArguments({"--dataset", path("some.jsonl"), "--json"}));
        EXPECT_EQ(done.status, 0) << done.err;
        return json::parse(done.out)["metric"];
    };
    const std::string bare = "{\"input_ids\": [5, 1], \"label\": -1}\n";
    json metric;
    double sum = 0;
    for (const char* label : {"0", "1", "2"}) {
        metric = metricOf(bare + "{\"input_ids\": [6, 1], \"label\": " + label + "}\n" + bare);
        EXPECT_EQ(metric["name"], "accuracy");
        sum += metric["value"].get<double>();
    }
    EXPECT_EQ(sum, 1) << "one of the three is what the model says of the only sample that counts";
    EXPECT_TRUE(metricOf(bare).is_null());
}

TEST_F(CommandLine, OutputsOfEveryPolicyAreTheSameFileByteForByte)
{
    ASSERT_EQ(test::runProgram(runArguments({"--outputs", path("resident.safetensors")})).status, 0);
    ASSERT_EQ(
        test::runProgram(
            runArguments(
                {"--policy", "on-demand", "--budget", "50%", "--outputs", path("demand.safetensors")}))
            .status,
        0);
    ASSERT_EQ(
        test::runProgram(runArguments(
                             {"--predictor", path("predictor.safetensors"), "--budget", "90%", "--outputs",
                              path("sida.safetensors")}))
            .status,
        0);
    EXPECT_FALSE(bytesOf("resident.safetensors").empty());
    EXPECT_EQ(bytesOf("resident.safetensors"), bytesOf("demand.safetensors"));
    EXPECT_EQ(bytesOf("resident.safetensors"), bytesOf("sida.safetensors"));
}

TEST_F(CommandLine, AWrongInputIsOneLineOnStderrStatusTwoAndNothingOnStdout)
{
    const std::vector<std::vector<std::string>> wrong = {
        {"--model", path("nowhere")},
        {"--dataset", path("nowhere.tsv")},
        {"--predictor", path("data.jsonl")},
        {"--budget", "1KiB"},
        {"--budget", "lots"},
        {"--budget-at", "30%"},
        {"--budget-at", "-1=30%"},
        {"--budget-at", "1=lots"},
        {"--policy", "best"},
        {"--policy", "sida"},
        {"--device", "cuda"},
        {"--session", path("data.jsonl")},
        {"--outputs", path("data.jsonl")},
    };
    const std::string before = bytesOf("data.jsonl");
    for (const auto& arguments : wrong) {
        std::vector<std::string> all = arguments;
        all.emplace_back("--json");
        const auto done = test::runProgram(runArguments(all));
        const std::string tried = arguments[0] + " " + arguments[1];
        EXPECT_TRUE(done.status == 2 || done.status == 1) << tried << " gave " << done.status;
        EXPECT_EQ(done.out, "") << tried;
        EXPECT_EQ(linesOfError(done.err), 1) << tried << ": " << done.err;
    }
    EXPECT_EQ(bytesOf("data.jsonl"), before);
}

TEST_F(CommandLine, ABudgetChangesWhenItIsToldToAndARefusedOneLeavesTheRunAsItWas)
{
    const auto done = test::runProgram(
        runArguments(
            {"--repeat", "1000000", "--policy", "on-demand", "--budget", "100%", "--budget-at", "0.5=1KiB",
             "--budget-at", "0.2=90%", "--session", path("changed.sida")}),
        signalDuringTheRun("changed.sida", SIGINT));
    EXPECT_EQ(done.status, 130) << done.err;
    EXPECT_NE(done.err.find("note: --budget-at 0.2=90%: "), std::string::npos) << done.err;
    EXPECT_NE(done.err.find("note: --budget-at 0.5=1KiB: a budget of "), std::string::npos) << done.err;
    const auto read = session::readSession(m_folder / "changed.sida", {}, {});
    ASSERT_TRUE(read) << read.error().message;
    const auto& changes = (*read)->rows.budgets;
    ASSERT_EQ(changes.size(), 2U);
    EXPECT_TRUE(changes[0].accepted);
    EXPECT_LT(changes[0].to, changes[0].from);
    EXPECT_FALSE(changes[1].accepted);
    EXPECT_NE(changes[1].reason.find("smallest that works"), std::string::npos);
}

TEST_F(CommandLine, AnInterruptFinishesTheBatchClosesTheSessionAndSays130)
{
    const auto done = test::runProgram(
        runArguments({"--repeat", "1000000", "--session", path("stopped.sida"), "--json"}),
        signalDuringTheRun("stopped.sida", SIGINT));
    EXPECT_EQ(done.status, 130) << done.err;
    EXPECT_FALSE(std::filesystem::exists(m_folder / "stopped.sida-wal"));
    const auto read = session::readSession(m_folder / "stopped.sida", {}, {});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ((*read)->state, api::RecordingState::stopped);
    EXPECT_GT((*read)->rows.batches.size(), 0U);
}

TEST_F(CommandLine, AKilledRunLeavesASessionThatOpensAndLacksAtMostOneSecond)
{
    Nanoseconds killedAfter = 0;
    const auto done = test::runProgram(
        runArguments({"--repeat", "1000000", "--session", path("killed.sida")}), [&](pid_t process) {
            const auto file = m_folder / "killed.sida";
            while (!std::filesystem::exists(file))
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            const Nanoseconds appeared = monotonicNow();
            std::this_thread::sleep_for(std::chrono::milliseconds(2500));
            ::kill(process, SIGKILL);
            killedAfter = monotonicNow() - appeared;
        });
    EXPECT_EQ(done.status, 128 + SIGKILL);
    const auto read = session::readSession(m_folder / "killed.sida", {}, {});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ((*read)->state, api::RecordingState::recovered);
    ASSERT_FALSE((*read)->rows.batches.empty());
    // The session's clock starts before the file appears, so this can only be too strict.
    EXPECT_GE((*read)->rows.batches.back().end, killedAfter - 1'000'000'000);

    const auto inspected = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", path("killed.sida"), "--json"});
    EXPECT_EQ(json::parse(inspected.out)["state"], "recovered");
}

TEST_F(CommandLine, AnExistingSessionIsReplacedOnlyWhenAsked)
{
    ASSERT_EQ(test::runProgram(runArguments({"--session", path("kept.sida")})).status, 0);
    const std::string before = bytesOf("kept.sida");
    EXPECT_EQ(test::runProgram(runArguments({"--session", path("kept.sida")})).status, 2);
    EXPECT_EQ(bytesOf("kept.sida"), before);
    EXPECT_EQ(test::runProgram(runArguments({"--session", path("kept.sida"), "--force"})).status, 0);
}

TEST_F(CommandLine, TrainWritesAPredictorThatRunAccepts)
{
    const auto trained = test::runProgram(
        {SIDA_BIN_DIR "/sida", "train", "--model", path("model"), "--dataset", path("data.jsonl"), "--output",
         path("trained.safetensors"), "--epochs", "2", "--json"});
    ASSERT_EQ(trained.status, 0) << trained.err;
    EXPECT_TRUE(json::accept(trained.out)) << trained.out;
    const auto done = test::runProgram(runArguments({"--predictor", path("trained.safetensors"), "--json"}));
    ASSERT_EQ(done.status, 0) << done.err;
    EXPECT_FALSE(json::parse(done.out)["hash"].is_null());
}

TEST_F(CommandLine, TheCurveOfATrainingIsInThePredictorAndInTheSessionsOfItsRuns)
{
    const std::string predictor = path("curve.safetensors");
    const auto trained = test::runProgram(
        {SIDA_BIN_DIR "/sida", "train", "--threads", "1", "--model", path("model"), "--dataset",
         path("data.jsonl"), "--output", predictor, "--kind", "lstm", "--epochs", "3", "--json"});
    ASSERT_EQ(trained.status, 0) << trained.err;
    const json told = json::parse(trained.out)["epochs"];
    ASSERT_EQ(told.size(), 3U);
    ASSERT_EQ(
        test::runProgram(runArguments({"--predictor", predictor, "--session", path("curve.sida")})).status,
        0);
    for (const std::string& file : {predictor, path("curve.sida")}) {
        const auto inspected = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", file, "--json"});
        ASSERT_EQ(inspected.status, 0) << inspected.err;
        const json curve = json::parse(inspected.out)["training"];
        ASSERT_EQ(curve.size(), 3U) << file;
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(curve[i]["epoch"], i + 1);
            EXPECT_NEAR(curve[i]["loss"], told[i]["loss"], 1e-4);
            EXPECT_NEAR(curve[i]["held_out_top1"], told[i]["held_out_top1"], 1e-4);
        }
        const auto words = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", file});
        EXPECT_NE(words.out.find("lstm epoch   3"), std::string::npos) << words.out;
    }
}

TEST_F(CommandLine, ATrainingTakesTheRoutingThatAnotherOneCaptured)
{
    const auto trainWith = [&](const std::string& kind) {
        const auto trained = test::runProgram(
            {SIDA_BIN_DIR "/sida", "train", "--threads", "1", "--model", path("model"), "--dataset",
             path("data.jsonl"), "--output", path(kind), "--kind", kind, "--epochs", "1", "--capture",
             path("routing.capture"), "--json"});
        EXPECT_EQ(trained.status, 0) << trained.err;
        return trained.status == 0 ? json::parse(trained.out) : json();
    };
    const json first = trainWith("lstm");
    const json second = trainWith("shadow");
    EXPECT_GT(first["captured_tokens"], 0);
    EXPECT_EQ(second["captured_tokens"], 0);
    EXPECT_EQ(second["reused_tokens"], first["captured_tokens"]);
    EXPECT_EQ(first["capture_bytes"], std::filesystem::file_size(path("routing.capture")));
}

TEST_F(CommandLine, AFileToConvertNeedsTheModelOfThePredictorAndMustFitIt)
{
    const std::string checkpoint = SIDA_SOURCE_DIR "/tests/fixtures/predictor/authors.pt";
    const auto nameless
        = test::runProgram({SIDA_BIN_DIR "/sida", "convert", checkpoint, path("imported.safetensors")});
    EXPECT_EQ(nameless.status, 2);
    EXPECT_NE(nameless.err.find("--model"), std::string::npos);
    const auto other = test::runProgram(
        {SIDA_BIN_DIR "/sida", "convert", checkpoint, path("imported.safetensors"), "--model",
         path("model")});
    EXPECT_EQ(other.status, 2);
    EXPECT_NE(other.err.find("authors.pt: tensor"), std::string::npos) << other.err;
    EXPECT_FALSE(std::filesystem::exists(path("imported.safetensors")));
}

TEST_F(CommandLine, TrainTriesBothKindsUnlessToldAndSaysWhichItKept)
{
    const auto trained = test::runProgram(
        {SIDA_BIN_DIR "/sida", "train", "--threads", "1", "--model", path("model"), "--dataset",
         path("data.jsonl"), "--output", path("best.safetensors"), "--epochs", "2", "--json"});
    ASSERT_EQ(trained.status, 0) << trained.err;
    const json result = json::parse(trained.out);
    ASSERT_EQ(result["candidates"].size(), 2U);
    EXPECT_EQ(result["candidates"][0]["kind"], "lstm");
    EXPECT_EQ(result["candidates"][1]["kind"], "shadow");
    const auto run = test::runProgram(runArguments({"--predictor", path("best.safetensors"), "--json"}));
    EXPECT_EQ(run.status, 0) << run.err;
}

TEST_F(CommandLine, EvaluateJudgesAPredictorBesideTablesAndTheTruth)
{
    const std::string shadow = path("shadow.safetensors");
    const auto trained = test::runProgram(
        {SIDA_BIN_DIR "/sida", "train", "--threads", "1", "--model", path("model"), "--dataset",
         path("data.jsonl"), "--output", shadow, "--epochs", "2", "--kind", "shadow"});
    ASSERT_EQ(trained.status, 0) << trained.err;
    const std::vector<std::string> arguments
        = {SIDA_BIN_DIR "/sida", "evaluate",  "--threads",        "1",       "--model",
           path("model"),        "--dataset", path("data.jsonl"), "--train", path("data.jsonl"),
           "--predictor",        shadow,      "--budget",         "100%"};
    const auto table = test::runProgram(arguments);
    ASSERT_EQ(table.status, 0) << table.err;
    for (const char* row :
         {"nothing", "chance", "static frequency", "previous batch", "same token", "shadow"})
        EXPECT_NE(table.out.find(row), std::string::npos) << row;
    auto asJson = arguments;
    asJson.emplace_back("--json");
    const auto outcome = test::runProgram(asJson);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json result = json::parse(outcome.out);
    ASSERT_EQ(result["rows"].size(), 7U);
    EXPECT_TRUE(result["rows"][0]["top1"].is_null());
    EXPECT_EQ(result["rows"][5]["top1_by_layer"][0], 1.0) << "before the first layer nothing is replaced";
    EXPECT_EQ(result["rows"][6]["name"], "oracle");
    EXPECT_EQ(result["rows"][6]["misses"], 0);
    EXPECT_TRUE(result.contains("fidelity"));
}

TEST_F(CommandLine, ReportMakesAPageAndAnObjectFromASession)
{
    ASSERT_EQ(test::runProgram(runArguments({"--session", path("run.sida")})).status, 0);
    for (const std::string format : {"html", "json"}) {
        const auto done = test::runProgram(
            {SIDA_BIN_DIR "/sida", "report", path("run.sida"), "--format", format, "--output",
             path("report." + format)});
        EXPECT_EQ(done.status, 0) << done.err;
    }
    EXPECT_NE(bytesOf("report.html").find("<svg"), std::string::npos);
    EXPECT_EQ(bytesOf("report.html").find("http"), std::string::npos)
        << "the page must not reach for the network";
    EXPECT_EQ(json::parse(bytesOf("report.json"))["samples"], 40);
}

/// From a checkpoint with a decoder to a generation whose decoder is foretold, as a user goes.
TEST_F(CommandLine, APredictorTrainedOnPairsForetellsTheDecoderToo)
{
    test::TinyModel both = m_tiny;
    both.labels = 0;
    both.decoderLayers = 4;
    test::writeTinyModel(m_folder / "both", both);
    {
        std::ofstream pairs(m_folder / "pairs.jsonl");
        std::mt19937 random(5);
        for (int i = 0; i < 120; ++i) {
            json row;
            for (const char* key : {"input_ids", "labels"}) {
                json ids = json::array();
                for (auto count = 3 + random() % 8; count > 0; --count)
                    ids.push_back(2 + random() % 48);
                ids.push_back(1);
                row[key] = ids;
            }
            pairs << row.dump() << '\n';
        }
    }
    const std::vector<std::string> model{"--model",           path("both"), "--dataset",
                                         path("pairs.jsonl"), "--task",     "seq2seq"};
    const auto with = [&](std::vector<std::string> first, const std::vector<std::string>& more) {
        first.insert(first.begin(), SIDA_BIN_DIR "/sida");
        first.insert(first.end(), model.begin(), model.end());
        first.insert(first.end(), more.begin(), more.end());
        return first;
    };
    const auto trained = test::runProgram(with(
        {"train", "--kind", "lstm"},
        {"--output", path("both.safetensors"), "--epochs", "12", "--hidden", "32", "--threads", "1",
         "--json"}));
    ASSERT_EQ(trained.status, 0) << trained.err;
    const json decoder = json::parse(trained.out)["decoder"];
    EXPECT_EQ(decoder["learned_from"], "targets");
    EXPECT_EQ(decoder["held_out_top1_by_layer"].size(), 2u);
    EXPECT_GT(decoder["held_out_top1"].get<double>(), 0.2) << "of 8 experts chance finds 0.125";
    EXPECT_FALSE(std::filesystem::exists(path("both.safetensors.encoder")));

    const auto inspected
        = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", path("both.safetensors"), "--json"});
    ASSERT_EQ(inspected.status, 0) << inspected.err;
    const json part = json::parse(inspected.out)["decoder"];
    EXPECT_EQ(part["kind"], "causal");
    EXPECT_NEAR(part["held_out_top1"].get<double>(), decoder["held_out_top1"].get<double>(), 1e-5);

    const auto run = [&](const std::vector<std::string>& more) {
        std::vector<std::string> all{"--max-new-tokens", "7", "--threads", "1",
                                     "--batch-size",     "3", "--force"};
        all.insert(all.end(), more.begin(), more.end());
        const auto done = test::runProgram(with({"run"}, all));
        EXPECT_EQ(done.status, 0) << done.err;
    };
    run({"--policy", "resident", "--outputs", path("resident.jsonl")});
    run(
        {"--policy", "sida", "--predictor", path("both.safetensors"), "--budget", "400KiB", "--outputs",
         path("sida.jsonl"), "--session", path("both.sida")});
    EXPECT_EQ(bytesOf("resident.jsonl"), bytesOf("sida.jsonl"));
    const auto seen = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", path("both.sida"), "--json"});
    ASSERT_EQ(seen.status, 0) << seen.err;
    const json session = json::parse(seen.out);
    EXPECT_TRUE(session["consistency"]["checked"].get<bool>());
    EXPECT_TRUE(session["consistency"]["problems"].empty()) << session["consistency"].dump();
    ASSERT_EQ(session["predicted"].size(), 4u);
    for (std::size_t layer = 0; layer < 4; ++layer) {
        std::uint64_t routed = 0;
        std::uint64_t predicted = 0;
        for (std::size_t expert = 0; expert < 8; ++expert) {
            routed += session["routed"][layer][expert].get<std::uint64_t>();
            predicted += session["predicted"][layer][expert].get<std::uint64_t>();
        }
        EXPECT_EQ(predicted, routed) << "layer " << layer;
    }

    const auto evaluated = test::runProgram(with(
        {"evaluate"}, {"--predictor", path("both.safetensors"), "--train", path("pairs.jsonl"), "--json"}));
    ASSERT_EQ(evaluated.status, 0) << evaluated.err;
    std::set<std::string> names;
    const json judged = json::parse(evaluated.out)["decoder"];
    for (const json& row : judged["rows"])
        names.insert(row["name"].get<std::string>());
    EXPECT_EQ(
        names,
        (std::set<std::string>{
            "nothing", "chance", "static frequency", "previous step", "same token", "causal", "oracle"}));
}

} // namespace
} // namespace sida
