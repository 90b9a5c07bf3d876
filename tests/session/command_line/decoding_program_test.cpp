// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `sida run --task seq2seq` and `--task score`, the program as it is started by users, against what Hugging
// Face's transformers answered (tests/fixtures/switch_parity, whose script says how).
#include "engine/checkpoint/safetensors.h"
#include "tests/parity/model/golden.h"
#include "tests/session/command_line/process.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sida
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::json;
using test::Golden;
using testing::HasSubstr;

constexpr const char* kNewTokens = "20"; // of the script that made the goldens

const fs::path kFixtures = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/switch_parity";

std::vector<json> linesOf(const std::string& text)
{
    std::vector<json> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(json::parse(line));
    return lines;
}

std::string numbered(const char* name, std::size_t sample)
{
    return std::string(name) + "." + std::to_string(sample);
}

class DecodingProgram : public testing::Test
{
protected:
    void use(const std::string& variant)
    {
        m_model = kFixtures / variant;
        m_golden = std::make_unique<Golden>(m_model / "golden-5.17.0.safetensors");
        ASSERT_EQ(m_golden->count(), 7);
        std::ofstream stream(m_folder / "data.jsonl");
        for (int i = 0; i < m_golden->count(); ++i) {
            const auto sample = static_cast<std::size_t>(i);
            stream
                << json{{"input_ids", m_golden->ids(numbered("input_ids", sample))}, {"labels", m_golden->ids(numbered("labels", sample))}}
                       .dump()
                << '\n';
        }
    }

    std::string path(const std::string& name) const { return (m_folder / name).string(); }
    std::string content(const std::string& name) const { return test::contentOf(m_folder / name); }

    test::Finished run(std::vector<std::string> more) const
    {
        more.insert(
            more.begin(), {SIDA_BIN_DIR "/sida", "run", "--threads", "1", "--model", m_model.string()});
        if (std::find(more.begin(), more.end(), "--dataset") == more.end())
            more.insert(more.end(), {"--dataset", path("data.jsonl")});
        return test::runProgram(more);
    }
    test::Finished generate(std::vector<std::string> more) const
    {
        more.insert(more.end(), {"--task", "seq2seq", "--max-new-tokens", kNewTokens});
        return run(std::move(more));
    }
    test::Finished score(std::vector<std::string> more) const
    {
        more.insert(more.end(), {"--task", "score"});
        return run(std::move(more));
    }

    /// Tokens of each MoE layer's experts as `sida inspect` tells them, one layer after the other.
    std::vector<std::int64_t> routed(const std::string& session) const
    {
        const auto done = test::runProgram({SIDA_BIN_DIR "/sida", "inspect", path(session), "--json"});
        EXPECT_EQ(done.status, 0) << done.err;
        std::vector<std::int64_t> counts;
        const json object = json::parse(done.out);
        for (const json& layer : object["routed"])
            for (const json& count : layer)
                counts.push_back(count.get<std::int64_t>());
        return counts;
    }
    /// The same as transformers' experts counted them, of the first samples.
    std::vector<std::int64_t> golden(const char* name, std::size_t samples) const
    {
        std::vector<std::int64_t> sum;
        for (std::size_t sample = 0; sample < samples; ++sample) {
            const auto counts = m_golden->integers(numbered(name, sample));
            sum.resize(counts.size());
            std::transform(sum.begin(), sum.end(), counts.begin(), sum.begin(), std::plus<>());
        }
        return sum;
    }

    fs::path m_model;
    std::unique_ptr<Golden> m_golden;
    test::TempFolder m_folder;
};

class DecodingProgramOn : public DecodingProgram, public testing::WithParamInterface<const char*>
{
};

INSTANTIATE_TEST_SUITE_P(
    Variants, DecodingProgramOn,
    testing::Values(
        "tied", "untied", "all-sparse", "dense-decoder", "gelu-router-bias", "odd-sizes", "router-bf16"),
    [](const auto& variant) {
        std::string name = variant.param;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

TEST_P(DecodingProgramOn, GeneratesTheIdsOfTransformersAndRoutesAsManyTokensInAnyBatch)
{
    use(GetParam());
    for (const std::string batch : {"1", "4", "7"}) {
        SCOPED_TRACE("batch size " + batch);
        const auto done = generate(
            {"--batch-size", batch, "--outputs", path("out.safetensors"), "--session", path("run.sida"),
             "--force", "--json"});
        ASSERT_EQ(done.status, 0) << done.err;
        const checkpoint::SafetensorsFile file
            = checkpoint::SafetensorsFile::open(m_folder / "out.safetensors").value();
        ASSERT_EQ(file.tensors().size(), 7U);
        std::uint64_t generated = 0;
        for (std::size_t sample = 0; sample < 7; ++sample) {
            const auto* entry = file.find(numbered("generated_ids", sample));
            ASSERT_NE(entry, nullptr);
            EXPECT_EQ(entry->type, checkpoint::StorageType::i64);
            std::vector<std::int64_t> ids(entry->elements());
            ASSERT_TRUE(file.read(*entry, std::as_writable_bytes(std::span(ids))));
            EXPECT_EQ(ids, m_golden->integers(numbered("generated_ids", sample))) << sample;
            generated += ids.size();
        }
        EXPECT_EQ(routed("run.sida"), golden("generated", 7));
        const json object = json::parse(done.out);
        EXPECT_EQ(object["samples"], 7);
        std::uint64_t read = 0;
        for (std::size_t sample = 0; sample < 7; ++sample)
            read += m_golden->ids(numbered("input_ids", sample)).size();
        EXPECT_EQ(object["tokens"], read + generated) << "each decoder input counts once";
        EXPECT_EQ(object["metric"]["name"], "exact_match");
    }
}

TEST_P(DecodingProgramOn, ScoresTargetsWithTheLossesOfTransformersInAnyBatch)
{
    use(GetParam());
    for (const std::string batch : {"1", "4", "7"}) {
        SCOPED_TRACE("batch size " + batch);
        const auto done = score(
            {"--batch-size", batch, "--outputs", path("out.jsonl"), "--session", path("run.sida"), "--force",
             "--json"});
        ASSERT_EQ(done.status, 0) << done.err;
        const std::vector<json> lines = linesOf(content("out.jsonl"));
        ASSERT_EQ(lines.size(), 7U);
        double loss = 0;
        double tokens = 0;
        for (std::size_t sample = 0; sample < 7; ++sample) {
            const float golden = m_golden->floats(numbered("loss", sample)).front();
            EXPECT_EQ(lines[sample]["index"], sample);
            EXPECT_NEAR(lines[sample]["loss"].get<double>(), golden, 1e-4 * std::max(1.0F, golden)) << sample;
            const auto labels = m_golden->ids(numbered("labels", sample));
            const auto scored = static_cast<double>(
                std::count_if(labels.begin(), labels.end(), [](std::int32_t id) { return id >= 0; }));
            EXPECT_EQ(lines[sample]["tokens"], scored);
            loss += golden * scored;
            tokens += scored;
        }
        EXPECT_EQ(routed("run.sida"), golden("scored", 7));
        const json metric = json::parse(done.out)["metric"];
        EXPECT_EQ(metric["name"], "perplexity");
        EXPECT_NEAR(metric["value"].get<double>(), std::exp(loss / tokens), 1e-3 * std::exp(loss / tokens));
    }
    ASSERT_EQ(score({"--batch-size", "4", "--outputs", path("out.safetensors")}).status, 0);
    const Golden written(m_folder / "out.safetensors");
    for (std::size_t sample = 0; sample < 7; ++sample) {
        const std::string name = numbered("logits", sample);
        test::expectClose(written.floats(name), m_golden->floats("target_" + name), name);
    }
}

TEST_F(DecodingProgram, AnswersAreTheSameBytesForEveryPolicyAndBatchSize)
{
    use("tied");
    const auto trained = test::runProgram(
        {SIDA_BIN_DIR "/sida", "train", "--model", m_model.string(), "--dataset", path("data.jsonl"),
         "--task", "text", "--kind", "lstm", "--epochs", "1", "--output", path("predictor.safetensors")});
    ASSERT_EQ(trained.status, 0) << trained.err;
    const std::vector<std::vector<std::string>> ways = {
        {"--policy", "resident"},
        {"--policy", "resident", "--batch-size", "4"},
        {"--policy", "on-demand", "--budget", "97%", "--batch-size", "7"},
        {"--policy", "on-demand", "--budget", "97%", "--eviction", "fifo"},
        {"--policy", "sida", "--predictor", path("predictor.safetensors")},
        {"--policy", "sida", "--predictor", path("predictor.safetensors"), "--budget", "3560000",
         "--batch-size", "4"},
    };
    for (const std::string ending : {".jsonl", ".safetensors"}) {
        std::string generated;
        std::string scored;
        for (std::vector<std::string> way : ways) {
            way.insert(way.end(), {"--outputs", path("out" + ending)});
            const auto first = generate(way);
            ASSERT_EQ(first.status, 0) << first.err;
            if (generated.empty())
                generated = content("out" + ending);
            EXPECT_EQ(content("out" + ending), generated) << testing::PrintToString(way);
            const auto second = score(way);
            ASSERT_EQ(second.status, 0) << second.err;
            if (scored.empty())
                scored = content("out" + ending);
            EXPECT_EQ(content("out" + ending), scored) << testing::PrintToString(way);
        }
    }
}

TEST_F(DecodingProgram, JsonLinesHaveIdsAndNoTextWithoutATokenizer)
{
    use("untied");
    ASSERT_EQ(generate({"--outputs", path("out.jsonl"), "--batch-size", "4"}).status, 0);
    const std::vector<json> lines = linesOf(content("out.jsonl"));
    ASSERT_EQ(lines.size(), 7U);
    for (std::size_t sample = 0; sample < 7; ++sample) {
        EXPECT_EQ(lines[sample]["index"], sample);
        EXPECT_EQ(
            lines[sample]["generated_ids"].get<std::vector<std::int32_t>>(),
            m_golden->ids(numbered("generated_ids", sample)));
        EXPECT_EQ(lines[sample]["text"], "");
    }
    const auto piped = generate({"--outputs", "/dev/stdout", "--batch-size", "7"});
    ASSERT_EQ(piped.status, 0) << piped.err;
    EXPECT_EQ(piped.out, content("out.jsonl")) << "and no words beside them";
}

TEST_F(DecodingProgram, ALimitAnswersTheFirstAndRepeatingAnswersOnceAndCountsEachPass)
{
    use("tied");
    ASSERT_EQ(generate({"--outputs", path("all.jsonl")}).status, 0);
    const auto done = generate(
        {"--limit", "3", "--repeat", "2", "--batch-size", "4", "--outputs", path("few.jsonl"), "--session",
         path("few.sida"), "--json"});
    ASSERT_EQ(done.status, 0) << done.err;
    const std::string few = content("few.jsonl");
    EXPECT_EQ(linesOf(few).size(), 3U);
    EXPECT_TRUE(content("all.jsonl").starts_with(few));
    EXPECT_EQ(json::parse(done.out)["samples"], 6);
    std::vector<std::int64_t> twice = golden("generated", 3);
    for (std::int64_t& count : twice)
        count *= 2;
    EXPECT_EQ(routed("few.sida"), twice);
}

TEST_F(DecodingProgram, FewerNewTokensAreAPrefix)
{
    use("tied");
    ASSERT_EQ(run({"--task", "seq2seq", "--max-new-tokens", "2", "--outputs", path("out.jsonl")}).status, 0);
    const std::vector<json> lines = linesOf(content("out.jsonl"));
    ASSERT_EQ(lines.size(), 7U);
    for (std::size_t sample = 0; sample < 7; ++sample) {
        auto ids = m_golden->ids(numbered("generated_ids", sample));
        ids.resize(std::min<std::size_t>(ids.size(), 2));
        EXPECT_EQ(lines[sample]["generated_ids"].get<std::vector<std::int32_t>>(), ids);
    }
}

TEST_F(DecodingProgram, ARowThatIsNotScoredHasNoLossAndWithoutTargetsThereIsNothingToScore)
{
    use("tied");
    std::ofstream(m_folder / "unscored.jsonl")
        << R"({"input_ids": [5, 6, 1], "labels": [-100, -100]})" << '\n'
        << R"({"input_ids": [5, 6, 1], "labels": [7, 1]})" << '\n';
    auto done = score({"--dataset", path("unscored.jsonl"), "--outputs", path("out.jsonl")});
    ASSERT_EQ(done.status, 0) << done.err;
    const std::vector<json> lines = linesOf(content("out.jsonl"));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(lines[0]["loss"].is_null());
    EXPECT_EQ(lines[0]["tokens"], 0);
    EXPECT_TRUE(lines[1]["loss"].is_number());

    std::ofstream(m_folder / "bare.jsonl") << R"({"input_ids": [5, 6, 1]})" << '\n';
    done = score({"--dataset", path("bare.jsonl"), "--json"});
    EXPECT_EQ(done.status, 2);
    EXPECT_EQ(done.out, "");
    EXPECT_THAT(done.err, HasSubstr("bare.jsonl"));
    done = generate({"--dataset", path("bare.jsonl"), "--json"});
    ASSERT_EQ(done.status, 0) << done.err;
    EXPECT_TRUE(json::parse(done.out)["metric"].is_null()) << "nothing to be equal to";
}

/// The folder again, without some of its tensors.
void copyWithout(const fs::path& from, const fs::path& to, const std::vector<std::string>& left)
{
    fs::create_directories(to);
    fs::copy_file(from / "config.json", to / "config.json");
    const checkpoint::SafetensorsFile file
        = checkpoint::SafetensorsFile::open(from / "model.safetensors").value();
    std::vector<std::vector<std::byte>> data;
    std::vector<checkpoint::TensorToWrite> tensors;
    data.reserve(file.tensors().size());
    for (const checkpoint::TensorEntry& entry : file.tensors()) {
        if (std::any_of(
                left.begin(), left.end(), [&](const auto& name) { return entry.name.starts_with(name); }))
            continue;
        ASSERT_TRUE(file.read(entry, data.emplace_back(entry.bytes())));
        tensors.push_back({entry.name, entry.type, entry.shape, data.back()});
    }
    ASSERT_LT(tensors.size(), file.tensors().size());
    ASSERT_TRUE(checkpoint::writeSafetensors(to / "model.safetensors", tensors, {{"format", "pt"}}));
}

void expectRefused(const test::Finished& done, const std::string& what)
{
    EXPECT_EQ(done.status, 2) << done.err;
    EXPECT_EQ(done.out, "");
    EXPECT_THAT(done.err, testing::StartsWith("error: "));
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
    EXPECT_THAT(done.err, HasSubstr(what));
}

TEST_F(DecodingProgram, ACheckpointWithoutAHeadSaysWhatItCanDoInstead)
{
    use("untied");
    copyWithout(m_model, m_folder / "headless", {"lm_head."});
    copyWithout(m_model, m_folder / "encoder", {"lm_head.", "decoder."});
    for (const char* folder : {"headless", "encoder"}) {
        m_model = m_folder / folder;
        for (const char* task : {"seq2seq", "score"}) {
            SCOPED_TRACE(std::string(folder) + " " + task);
            const auto done = run({"--task", task, "--json"});
            expectRefused(done, "language-model head");
            EXPECT_THAT(done.err, HasSubstr("text"));
        }
        const auto done = run({"--task", "text", "--outputs", path("out.safetensors")});
        ASSERT_EQ(done.status, 0) << done.err;
        const Golden written(m_folder / "out.safetensors");
        for (std::size_t sample = 0; sample < 7; ++sample) {
            const std::string name = numbered("last_hidden_state", sample);
            test::expectClose(written.floats(name), m_golden->floats(name), name);
        }
    }
    m_model = kFixtures / "untied";
    const auto done = run({"--task", "classify", "--json"});
    expectRefused(done, "classifier");
    EXPECT_THAT(done.err, HasSubstr("seq2seq"));
}

TEST_F(DecodingProgram, TextWithoutATokenizerAndIdsBeyondTheVocabularyAreOneLine)
{
    use("tied");
    std::ofstream(m_folder / "words.jsonl") << R"({"source": "hello", "target": "bye"})" << '\n';
    expectRefused(generate({"--dataset", path("words.jsonl"), "--json"}), "input_ids");
    std::ofstream(m_folder / "far.jsonl") << R"({"input_ids": [5, 1]})" << '\n'
                                          << R"({"input_ids": [5, 48, 1]})" << '\n';
    expectRefused(generate({"--dataset", path("far.jsonl"), "--json"}), "far.jsonl");
    std::ofstream(m_folder / "label.jsonl") << R"({"input_ids": [5, 1], "labels": [48]})" << '\n';
    expectRefused(score({"--dataset", path("label.jsonl"), "--json"}), "label.jsonl");
}

TEST_F(DecodingProgram, OutputsThatCannotBeWrittenEndTheRunWithStatusOne)
{
    use("tied");
    const auto done = generate({"--outputs", "/dev/full", "--json"});
    EXPECT_EQ(done.status, 1);
    EXPECT_EQ(done.out, "");
    EXPECT_THAT(done.err, HasSubstr("/dev/full"));
}

} // namespace
} // namespace sida
