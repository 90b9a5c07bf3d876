// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/cli/cli_fixture.h"

#include <gmock/gmock.h>

namespace sida::cli_test
{

namespace
{

using ::testing::HasSubstr;

/// What happens to files that are in the way of a result.
class ResultFiles : public CliTest
{
protected:
    void expectRefused(const std::vector<std::string>& more, const std::string& reason)
    {
        EXPECT_EQ(sidaRun(more), 2) << ::testing::PrintToString(more);
        EXPECT_THAT(m_err, HasSubstr(reason));
        EXPECT_EQ(m_script->modelLoads, 0) << "refused too late";
    }
};

TEST_F(ResultFiles, AnInputIsNeverWrittenOver)
{
    for (const char* option : {"--outputs", "--session"}) {
        const std::string other = std::string(option) == "--outputs" ? "data.jsonl" : "data.tsv";
        write(other, "{\"text\": \"fine\"}\n");
        std::filesystem::create_hard_link(path(other), path("same.jsonl"));
        std::filesystem::create_symlink(path(other), path("link.jsonl"));
        for (const std::string& name : {other, std::string("same.jsonl"), std::string("link.jsonl")}) {
            EXPECT_EQ(
                sida({"run", "--model", path("model"), "--dataset", path(other), option, path(name)}), 2)
                << name;
            EXPECT_THAT(m_err, HasSubstr("is also an input")) << name;
        }
        std::filesystem::remove(path("same.jsonl"));
        std::filesystem::remove(path("link.jsonl"));
    }
    expectRefused({"--outputs", path("model/model.safetensors")}, "is also an input");
    expectRefused(
        {"--predictor", path("predictor.safetensors"), "--outputs", path("predictor.safetensors")},
        "is also an input");
    EXPECT_EQ(read("model/model.safetensors"), "weights");
}

TEST_F(ResultFiles, AFileOfAnotherKindIsLeftAsItIs)
{
    write("letter.jsonl", "Dear reader");
    expectRefused({"--outputs", path("letter.jsonl")}, "is not a JSON Lines file");
    write("letter.safetensors", "Dear reader");
    expectRefused({"--outputs", path("letter.safetensors")}, "is not a safetensors file");
    write("letter.sida", "Dear reader");
    expectRefused({"--session", path("letter.sida"), "--force"}, "is not a session");
    EXPECT_EQ(read("letter.sida"), "Dear reader");
}

TEST_F(ResultFiles, ASessionIsReplacedOnlyWithForce)
{
    const std::string session = writeKind("old.sida", api::PathKind::session);
    expectRefused({"--session", session}, "replace it with --force");
    EXPECT_EQ(sidaRun({"--session", session, "--force"}), 0);
}

TEST_F(ResultFiles, OldOutputsAndAnEmptyFileAreReplaced)
{
    write("old.jsonl", "\n{\"index\": 0}\n");
    EXPECT_EQ(sidaRun({"--outputs", path("old.jsonl")}), 0);
    EXPECT_THAT(read("old.jsonl"), HasSubstr("scores"));
    write("empty.jsonl", "");
    EXPECT_EQ(sidaRun({"--outputs", path("empty.jsonl")}), 0);
}

TEST_F(ResultFiles, AFolderAndAPlaceThatIsNotThereAreRefused)
{
    std::filesystem::create_directory(path("folder.jsonl"));
    expectRefused({"--outputs", path("folder.jsonl")}, "is a folder");
    expectRefused({"--outputs", path("nowhere/out.jsonl")}, "nowhere is no folder");
    expectRefused({"--session", path("nowhere/a.sida")}, "nowhere is no folder");
}

TEST_F(ResultFiles, TwoResultsNeedTwoFiles)
{
    expectRefused({"--session", path("a.jsonl"), "--outputs", path("a.jsonl")}, "both name");
}

TEST_F(ResultFiles, ADeviceIsWrittenToDirectlyButHoldsNoSession)
{
    EXPECT_EQ(sidaRun({"--outputs", "/dev/null"}), 0);
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    EXPECT_EQ(sidaRun({"--session", "/dev/null", "--force"}), 2);
}

TEST_F(ResultFiles, StandardOutputHoldsOneThingOnly)
{
    expectRefused({"--outputs", "/dev/stdout", "--json"}, "taken by --json");
}

} // namespace

} // namespace sida::cli_test
