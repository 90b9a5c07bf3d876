// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/session/command_line/process.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

/// What a replay of one run of the demo says of other budgets, beside real runs with them. Hit rates only:
/// times are for benchmarks (tests/bench/replay/validate.py).
namespace sida
{
namespace
{

using nlohmann::json;

class ReplayFit : public testing::Test
{
protected:
    std::string session(const std::string& budget) const { return (m_folder / (budget + ".sida")).string(); }

    double hitRateOfARun(const std::vector<std::string>& policy, const std::string& budget) const
    {
        const std::string demo = SIDA_SOURCE_DIR "/resources/demo/";
        std::vector<std::string> arguments
            = {SIDA_BIN_DIR "/sida", "run",           "--model", demo + "model", "--dataset",
               demo + "dev.tsv",     "--task",        "sst2",    "--budget",     budget,
               "--session",          session(budget), "--force", "--json"};
        arguments.insert(arguments.end(), policy.begin(), policy.end());
        const auto done = test::runProgram(arguments);
        EXPECT_EQ(done.status, 0) << done.err;
        const json run = json::parse(done.out);
        return run["experts"]["hits"].get<double>() / run["experts"]["uses"].get<double>();
    }

    std::vector<double> hitRatesReplayed(const std::string& policy, const std::string& budgets) const
    {
        const auto done = test::runProgram(
            {SIDA_BIN_DIR "/sida", "replay", session("30%"), "--policies", policy, "--budgets", budgets,
             "--json"});
        EXPECT_EQ(done.status, 0) << done.err;
        std::vector<double> rates;
        const json replayed = json::parse(done.out);
        for (const json& point : replayed["simulated"][0]["points"])
            rates.push_back(point["hit_rate"].get<double>());
        return rates;
    }

    test::TempFolder m_folder;
};

/// Who is there depends on the order of uses alone.
TEST_F(ReplayFit, OnDemandLruHitsAsOftenAsRealRunsAtThreeOtherBudgets)
{
    const std::vector<std::string> policy = {"--policy", "on-demand", "--eviction", "lru"};
    hitRateOfARun(policy, "30%");
    const std::vector<double> replayed = hitRatesReplayed("on-demand:lru", "20%,50%,80%");
    ASSERT_EQ(replayed.size(), 3U);
    EXPECT_NEAR(replayed[0], hitRateOfARun(policy, "20%"), 0.02);
    EXPECT_NEAR(replayed[1], hitRateOfARun(policy, "50%"), 0.02);
    EXPECT_NEAR(replayed[2], hitRateOfARun(policy, "80%"), 0.02);
}

/// Here the hit rate depends on when copies are made, and a busy machine makes them later. With most experts
/// on the device that matters little; with few of them the replay is a run on a machine with nothing else to
/// do.
TEST_F(ReplayFit, SidaHitsAboutAsOftenAsRealRunsWhereSlotsAreNotScarce)
{
    const std::vector<std::string> policy
        = {"--policy", "sida", "--predictor", SIDA_SOURCE_DIR "/resources/demo/predictor.safetensors"};
    hitRateOfARun(policy, "30%");
    const std::vector<double> replayed = hitRatesReplayed("sida:lookahead", "50%,80%");
    ASSERT_EQ(replayed.size(), 2U);
    EXPECT_NEAR(replayed[0], hitRateOfARun(policy, "50%"), 0.05);
    EXPECT_NEAR(replayed[1], hitRateOfARun(policy, "80%"), 0.02);
}

} // namespace
} // namespace sida
