// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/cli/cli_fixture.h"

#include "engine/base/version.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace sida::cli_test
{

namespace
{

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Usage = CliTest;

TEST_F(Usage, HelpListsTheCommandsThereAre)
{
    EXPECT_EQ(sida({"--help"}), 0);
    for (const char* command :
         {"doctor", "inspect", "run", "train", "evaluate", "replay", "compare", "report", "convert"})
        EXPECT_THAT(m_out, HasSubstr(std::string("\n  ") + command));
    EXPECT_THAT(m_err, IsEmpty());
}

TEST_F(Usage, TheVersionIsPrinted)
{
    EXPECT_EQ(sida({"--version"}), 0);
    EXPECT_EQ(m_out, std::string("sida ") + version() + "\n");
}

TEST_F(Usage, ACommandThatDoesNotExistIsRefusedByName)
{
    for (const char* command : {"rerun", "rum"}) {
        EXPECT_EQ(sida({command, "x.sida"}), 2) << command;
        EXPECT_THAT(m_err, StartsWith(std::string("error: ") + command + ": no such command"));
        EXPECT_THAT(m_out, IsEmpty());
    }
}

TEST_F(Usage, WrongUsageIsOneErrorLineAndAHint)
{
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"--nonsense"},
        {"run"},
        {"run", "--model", path("model")},
        {"run", "--model", path("model"), "--dataset", path("data.tsv"), "--batchsize", "2"},
        {"inspect"},
        {"report", "a.sida", "--format", "html"},
    };
    for (const auto& arguments : wrong) {
        EXPECT_EQ(sida(arguments), 2) << ::testing::PrintToString(arguments);
        EXPECT_THAT(m_err, StartsWith("error: "));
        EXPECT_THAT(m_err, HasSubstr("\nhint: sida"));
        EXPECT_EQ(std::count(m_err.begin(), m_err.end(), '\n'), 2) << m_err;
        EXPECT_THAT(m_out, IsEmpty());
    }
    EXPECT_EQ(m_script->modelLoads, 0);
}

TEST_F(Usage, NumbersOutOfRangeAreRefusedBeforeAnythingIsLoaded)
{
    const std::vector<std::pair<std::string, std::string>> wrong
        = {{"--batch-size", "0"}, {"--batch-size", "-1"}, {"--batch-size", "two"},   {"--top-k", "0"},
           {"--top-k", "4"},      {"--lookahead", "0"},   {"--lookahead", "65"},     {"--threads", "257"},
           {"--threads", "-1"},   {"--max-length", "0"},  {"--max-length", "65537"}, {"--repeat", "0"},
           {"--limit", "-1"},     {"--seed", "-1"},       {"--seed", "x"},           {"--batch-size", "1.5"}};
    for (const auto& [option, value] : wrong) {
        EXPECT_EQ(sidaRun({option, value}), 2) << option << ' ' << value;
        EXPECT_THAT(m_err, HasSubstr(option)) << value;
    }
    EXPECT_EQ(m_script->modelLoads, 0);
}

TEST_F(Usage, AWordThatAnOptionDoesNotKnowIsAnsweredWithThoseItKnows)
{
    const std::vector<std::array<std::string, 3>> wrong
        = {{"--policy", "ondemand", "resident, on-demand, sida"},
           {"--routing", "fuzzy", "exact, predicted"},
           {"--eviction", "mru", "fifo, lru, lfru, lookahead"},
           {"--task", "mnli", "classify, sst2, mrpc, rte, multirc, text, seq2seq, score"},
           {"--device", "tpu", "cpu, cuda"},
           {"--dtype", "f64", "f32, bf16, f16"},
           {"--budget", "lots", "20%"},
           {"--outputs", "out.csv", ".jsonl"}};
    for (const auto& [option, value, known] : wrong) {
        EXPECT_EQ(sidaRun({option, value}), 2) << option;
        EXPECT_THAT(m_err, HasSubstr(known)) << option;
        EXPECT_THAT(m_err, HasSubstr(value)) << option;
    }
    EXPECT_EQ(m_script->modelLoads, 0);
}

} // namespace

} // namespace sida::cli_test
