// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_settings.h"
#include "tests/unit/cli/cli_fixture.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace sida::cli_test
{

namespace
{

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using RunCommand = CliTest;

TEST_F(RunCommand, WithoutOptionsAllExpertsAreResident)
{
    EXPECT_EQ(sidaRun(), 0);
    EXPECT_EQ(m_script->lastRun().policy, api::Policy::resident);
    EXPECT_EQ(m_script->lastRun().routing, api::Routing::exact);
    EXPECT_EQ(m_script->lastRun().budget.kind, units::Budget::Kind::unlimited);
    EXPECT_FALSE(m_script->lastRun().keepOutputs);
}

TEST_F(RunCommand, ABudgetAloneMeansOnDemandWithLru)
{
    EXPECT_EQ(sidaRun({"--budget", "20%"}), 0);
    EXPECT_EQ(m_script->lastRun().policy, api::Policy::onDemand);
    EXPECT_EQ(m_script->lastRun().eviction, api::Eviction::lru);
    EXPECT_EQ(m_script->lastRun().budget, units::Budget::ofShare(0.2));
}

TEST_F(RunCommand, APredictorMeansSidaWithLookahead)
{
    EXPECT_EQ(sidaRun({"--predictor", path("predictor.safetensors"), "--budget", "2GiB"}), 0);
    EXPECT_EQ(m_script->lastRun().policy, api::Policy::sida);
    EXPECT_EQ(m_script->lastRun().eviction, api::Eviction::lookahead);
    EXPECT_EQ(m_script->predictorLoads, 1);
}

TEST_F(RunCommand, EveryOptionReachesTheEngine)
{
    EXPECT_EQ(
        sidaRun(
            {"--predictor",
             path("predictor.safetensors"),
             "--policy",
             "sida",
             "--routing",
             "predicted",
             "--eviction",
             "fifo",
             "--top-k",
             "3",
             "--lookahead",
             "12",
             "--budget",
             "512MiB",
             "--device",
             "cuda",
             "--dtype",
             "bf16",
             "--threads",
             "2",
             "--batch-size",
             "4",
             "--seed",
             "9",
             "--max-new-tokens",
             "33",
             "--expert-capacity",
             "zero",
             "--max-length",
             "128",
             "--paper-pooling",
             "--repeat",
             "5",
             "--session",
             path("a.sida"),
             "--force"}),
        0);
    const api::RunOptions run = m_script->lastRun();
    EXPECT_EQ(run.routing, api::Routing::predicted);
    EXPECT_EQ(run.eviction, api::Eviction::fifo);
    EXPECT_EQ(run.topK, 3);
    EXPECT_EQ(run.lookahead, 12);
    EXPECT_EQ(run.budget, units::Budget::ofBytes(512 * units::kMiB));
    EXPECT_EQ(run.device, api::DeviceKind::cuda);
    EXPECT_EQ(run.dtype, api::DType::bf16);
    EXPECT_EQ(run.threads, 2);
    EXPECT_EQ(run.batchSize, 4);
    EXPECT_EQ(run.seed, 9U);
    EXPECT_EQ(run.maxNewTokens, 33);
    EXPECT_EQ(run.capacity, api::ExpertCapacity::zero);
    EXPECT_EQ(run.paperPooling, 128);
    EXPECT_EQ(run.repeat, 5);
    EXPECT_EQ(run.session, path("a.sida"));
    EXPECT_TRUE(run.replaceSession);
}

TEST(RunSettings, TheModelIsLoadedForTheDeviceAndTheTypeOfTheRun)
{
    cli::RunSettings settings;
    settings.policy = "resident";
    settings.device = "cuda";
    settings.dtype = "bf16";
    const cli::RunPlan plan = cli::planRun(settings).value();
    EXPECT_EQ(plan.load.device, api::DeviceKind::cuda);
    EXPECT_EQ(plan.load.dtype, api::DType::bf16);
    EXPECT_FALSE(plan.load.decoder);
}

TEST_F(RunCommand, PredictionWithoutAPredictorIsRefused)
{
    EXPECT_EQ(sidaRun({"--policy", "sida"}), 2);
    EXPECT_THAT(m_err, StartsWith("error: --policy sida needs --predictor"));
    EXPECT_EQ(sidaRun({"--routing", "predicted"}), 2);
    EXPECT_THAT(m_err, StartsWith("error: --routing predicted needs --predictor"));
    EXPECT_EQ(sidaRun({"--order", "affinity", "--budget", "20%"}), 2);
    EXPECT_THAT(m_err, StartsWith("error: --order affinity needs --predictor"));
    EXPECT_EQ(sidaRun({"--order", "alphabet"}), 2);
    EXPECT_THAT(m_err, HasSubstr("length, dataset, affinity"));
    EXPECT_EQ(m_script->modelLoads, 0);
}

TEST_F(RunCommand, APredictorThatIsNotUsedIsNotedAndNotLoaded)
{
    EXPECT_EQ(sidaRun({"--predictor", path("predictor.safetensors"), "--policy", "resident"}), 0);
    EXPECT_THAT(m_err, StartsWith("note: --predictor is not used"));
    EXPECT_EQ(m_script->predictorLoads, 0);
}

TEST_F(RunCommand, JsonIsOneStrictObjectAndNothingElse)
{
    EXPECT_EQ(sidaRun({"--json", "--session", path("a.sida")}), 0);
    const auto json = nlohmann::json::parse(m_out);
    EXPECT_EQ(json["samples"], 5);
    EXPECT_EQ(json["session"], path("a.sida"));
    EXPECT_THAT(m_err, IsEmpty());
}

TEST_F(RunCommand, WithoutJsonASummaryForPeopleIsPrinted)
{
    EXPECT_EQ(sidaRun(), 0);
    EXPECT_THAT(
        m_out,
        AllOf(
            StartsWith("switch-base-64 on SST-2 validation: policy sida"), HasSubstr("\n  throughput"),
            HasSubstr(" samples/s"), HasSubstr("\n  device memory"), HasSubstr("\n  accuracy")));
}

TEST_F(RunCommand, AFailureIsOneLineOnStderrAndNothingOnStdout)
{
    m_script->modelError = Error{ErrorKind::badInput, "model/config.json: expected\nan object"};
    EXPECT_EQ(sidaRun({"--json"}), 2);
    EXPECT_EQ(m_err, "error: model/config.json: expected an object\n");
    EXPECT_THAT(m_out, IsEmpty());
}

TEST_F(RunCommand, TheExitStatusTellsBadInputFromFailure)
{
    const std::vector<std::pair<ErrorKind, int>> statuses
        = {{ErrorKind::usage, 2}, {ErrorKind::badInput, 2},    {ErrorKind::budget, 2},
           {ErrorKind::io, 1},    {ErrorKind::unsupported, 1}, {ErrorKind::internal, 1}};
    for (const auto& [kind, status] : statuses) {
        m_script->runError = Error{kind, "why"};
        EXPECT_EQ(sidaRun(), status);
        EXPECT_EQ(m_err, "error: why\n");
    }
}

TEST_F(RunCommand, AnInputThatIsNotThereIsSaidBeforeTheModelIsLoaded)
{
    EXPECT_EQ(sida({"run", "--model", path("model"), "--dataset", path("none.tsv")}), 2);
    EXPECT_EQ(m_err, "error: " + path("none.tsv") + ": no such file or folder\n");
    EXPECT_EQ(sidaRun({"--predictor", path("none.safetensors")}), 2);
    EXPECT_EQ(m_script->modelLoads, 0);
}

TEST_F(RunCommand, OutputsAreWrittenForEverySample)
{
    EXPECT_EQ(sidaRun({"--outputs", path("out.jsonl")}), 0);
    const std::string lines = read("out.jsonl");
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 5);
    EXPECT_THAT(lines, HasSubstr("\"prediction\": 0, \"scores\": [0.25, -1.5]"));
    EXPECT_FALSE(m_script->lastRun().keepOutputs) << "they go to the file batch by batch";
}

TEST_F(RunCommand, HiddenStatesDoNotGoToJsonLines)
{
    EXPECT_EQ(sidaRun({"--task", "text", "--outputs", path("out.jsonl")}), 2);
    EXPECT_THAT(m_err, HasSubstr(".safetensors"));
    EXPECT_EQ(m_script->modelLoads, 0);
    m_script->dataset.task = api::Task::text; // as the engine guesses it
    EXPECT_EQ(sidaRun({"--outputs", path("out.jsonl")}), 2);
    EXPECT_EQ(m_script->runs, 0);
}

TEST_F(RunCommand, AStoppedRunKeepsTheSessionAndPrintsNoFigures)
{
    m_script->runGate.close();
    m_script->runGate.admit(2);
    m_stop.request_stop();
    EXPECT_EQ(sidaRun({"--json", "--session", path("a.sida"), "--outputs", path("out.jsonl")}), 0);
    EXPECT_THAT(m_out, IsEmpty());
    EXPECT_THAT(m_err, HasSubstr("note: stopped after "));
    EXPECT_THAT(m_err, HasSubstr(path("a.sida") + " holds them"));
    EXPECT_FALSE(std::filesystem::exists(path("out.jsonl")));
}

TEST_F(RunCommand, ProgressIsShownOnATerminalOnly)
{
    EXPECT_EQ(sidaRun(), 0);
    EXPECT_THAT(m_err, Not(HasSubstr("Running")));
    m_terminal = true;
    EXPECT_EQ(sidaRun(), 0);
    EXPECT_THAT(m_err, HasSubstr("Running 40 %, 3 s left"));
    EXPECT_THAT(m_err, testing::EndsWith("\r\x1b[K")) << "the line is wiped in the end";
}

} // namespace

} // namespace sida::cli_test
