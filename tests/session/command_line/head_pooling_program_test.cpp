// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a classifier's head was trained with: stored by `sida convert`, shown by `sida inspect`, kept in
// sessions, and said when a run pools otherwise.
#include "tests/session/command_line/process.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sida
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

const fs::path kModels = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/models";

class HeadPoolingProgram : public testing::Test
{
protected:
    void SetUp() override
    {
        std::ofstream(m_folder / "data.jsonl") << R"({"input_ids": [5, 6, 7, 1], "label": 1})" << '\n'
                                               << R"({"input_ids": [9, 1], "label": 0})" << '\n';
    }
    std::string path(const std::string& name) const { return (m_folder / name).string(); }

    test::Finished sida(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), SIDA_BIN_DIR "/sida");
        return test::runProgram(arguments);
    }
    json inspect(const std::string& what) const
    {
        const auto done = sida({"inspect", what, "--json"});
        EXPECT_EQ(done.status, 0) << done.err;
        return json::parse(done.out);
    }
    /// The classifier without a prefix, whose names tell nothing, with this stored.
    std::string stored(const std::string& pooling) const
    {
        const std::string out = path("stored-" + pooling.substr(0, pooling.find(':')));
        const auto done
            = sida({"convert", (kModels / "classifier").string(), out, "--head-pooling", pooling});
        EXPECT_EQ(done.status, 0) << done.err;
        return out;
    }
    /// What a run says beside its figures.
    std::string notesOf(const std::string& model, std::vector<std::string> more) const
    {
        more.insert(
            more.begin(),
            {"run", "--model", model, "--dataset", path("data.jsonl"), "--threads", "1", "--session",
             path("run.sida"), "--force"});
        const auto done = sida(std::move(more));
        EXPECT_EQ(done.status, 0) << done.err;
        return done.err;
    }
    std::string provenance(const std::string& key) const
    {
        const json facts = inspect(path("run.sida"))["provenance"];
        return facts.contains(key) ? facts[key].get<std::string>() : std::string("(none)");
    }

    test::TempFolder m_folder;
};

TEST_F(HeadPoolingProgram, IsUnknownUnlessSomethingTellsIt)
{
    const std::string model = (kModels / "classifier").string();
    const json head = inspect(model)["head"];
    EXPECT_EQ(head["labels"], 3);
    EXPECT_EQ(head["pooling"], "unknown");
    EXPECT_TRUE(head["padded_length"].is_null());
    EXPECT_TRUE(head["pooling_source"].is_null());
    EXPECT_THAT(sida({"inspect", model}).out, HasSubstr("what pooling it was trained with is not known"));
    EXPECT_EQ(notesOf(model, {}), "") << "nobody knows of a difference";
    EXPECT_EQ(provenance("model_head_pooling"), "unknown");
    EXPECT_TRUE(inspect((kModels / "encoder-decoder").string())["head"].is_null());
}

TEST_F(HeadPoolingProgram, IsToldByTheNamesOfTheAuthorsTensors)
{
    const std::string model = (kModels / "classifier-prefixed").string();
    const json head = inspect(model)["head"];
    EXPECT_EQ(head["pooling"], "padded");
    EXPECT_TRUE(head["padded_length"].is_null());
    EXPECT_EQ(head["pooling_source"], "layout");
    EXPECT_THAT(sida({"inspect", model}).out, HasSubstr("told by the tensors' names"));
    const std::string notes = notesOf(model, {});
    EXPECT_THAT(notes, testing::StartsWith("note: the head was trained with pooling over padding"));
    EXPECT_THAT(notes, HasSubstr("--paper-pooling --max-length N"));
    EXPECT_EQ(std::count(notes.begin(), notes.end(), '\n'), 1) << notes;
    EXPECT_EQ(provenance("model_head_pooling"), "padded");
    EXPECT_EQ(provenance("model_head_pooling_source"), "layout");
    EXPECT_EQ(provenance("paper_pooling"), "(none)");
    EXPECT_EQ(notesOf(model, {"--paper-pooling", "--max-length", "16"}), "");
    EXPECT_EQ(provenance("paper_pooling"), "16");
}

TEST_F(HeadPoolingProgram, IsStoredByConvertAndEverythingElseStaysAsItWas)
{
    const std::string model = stored("padded:12");
    const json head = inspect(model)["head"];
    EXPECT_EQ(head["pooling"], "padded");
    EXPECT_EQ(head["padded_length"], 12);
    EXPECT_EQ(head["pooling_source"], "config.json");
    EXPECT_THAT(sida({"inspect", model}).out, HasSubstr("pooling over padding to 12 tokens"));
    EXPECT_THAT(notesOf(model, {}), HasSubstr("--paper-pooling --max-length 12 runs it so"));
    EXPECT_EQ(provenance("model_head_padded_length"), "12");
    EXPECT_THAT(notesOf(model, {"--paper-pooling", "--max-length", "20"}), HasSubstr("to 20 tokens"));
    EXPECT_EQ(notesOf(model, {"--paper-pooling", "--max-length", "12"}), "");
    EXPECT_EQ(notesOf(model, {"--task", "text"}), "") << "no head is asked";

    json before = json::parse(test::contentOf(kModels / "classifier/config.json"));
    json after = json::parse(test::contentOf(fs::path(model) / "config.json"));
    EXPECT_EQ(after.at("sida_studio").size(), 2U);
    after.erase("sida_studio");
    EXPECT_EQ(after, before);

    const std::string real = stored("real-tokens");
    EXPECT_EQ(inspect(real)["head"]["pooling"], "real_tokens");
    EXPECT_EQ(notesOf(real, {}), "");
    EXPECT_THAT(
        notesOf(real, {"--paper-pooling", "--max-length", "12"}), HasSubstr("leave --paper-pooling out"));
}

TEST_F(HeadPoolingProgram, AWrongOneIsRefused)
{
    const auto convert = [&](const fs::path& model, const std::string& pooling) {
        return sida({"convert", model.string(), path("out"), "--head-pooling", pooling});
    };
    for (const char* wrong : {"max", "padded:", "padded:0", "padded:12x", "padded:99999999999"}) {
        const auto done = convert(kModels / "classifier", wrong);
        EXPECT_EQ(done.status, 2) << wrong;
        EXPECT_THAT(done.err, HasSubstr("real-tokens, padded or padded:LENGTH")) << wrong;
    }
    const auto headless = convert(kModels / "encoder-decoder", "padded");
    EXPECT_EQ(headless.status, 2);
    EXPECT_THAT(headless.err, HasSubstr("no classifier head"));
    EXPECT_FALSE(fs::exists(m_folder / "out"));

    const fs::path model = stored("real-tokens");
    json config = json::parse(test::contentOf(model / "config.json"));
    config["sida_studio"]["head_pooling"] = "maximum";
    std::ofstream(model / "config.json") << config.dump();
    const auto done = sida({"inspect", model.string()});
    EXPECT_EQ(done.status, 2);
    EXPECT_THAT(done.err, HasSubstr("\"head_pooling\" must be \"real_tokens\" or \"padded\""));
}

} // namespace
} // namespace sida
