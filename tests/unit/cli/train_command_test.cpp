// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/cli/cli_fixture.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace sida::cli_test
{

namespace
{

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TrainCommand : public CliTest
{
protected:
    TrainCommand() { m_script->epochs = {{1, 0.5, 0.7, 0.9, 1.5}, {2, 0.25, 0.8, 0.95, 1.5}}; }

    int train(std::vector<std::string> more)
    {
        more.insert(more.begin(), {"train", "--model", path("model"), "--dataset", path("data.tsv")});
        return sida(std::move(more));
    }
};

TEST_F(TrainCommand, TellsEachEpochAndTheResult)
{
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--epochs", "2", "--seed", "3"}), 0);
    EXPECT_THAT(m_out, HasSubstr("epoch   2  loss 0.250  held-out hit rate: top 1 0.800, top 3 0.950"));
    EXPECT_THAT(m_out, HasSubstr(path("new.safetensors") + ": a predictor"));
    EXPECT_EQ(m_script->lastTraining().epochs, 2);
    EXPECT_EQ(m_script->lastTraining().seed, 3U);
}

TEST_F(TrainCommand, JsonIsOneObjectWithAllEpochs)
{
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--json"}), 0);
    const auto json = nlohmann::json::parse(m_out);
    EXPECT_EQ(json["best_epoch"], 2);
    EXPECT_EQ(json["epochs"].size(), 2U);
}

TEST_F(TrainCommand, OnlyAPredictorIsReplacedByAPredictor)
{
    EXPECT_EQ(train({"--output", path("predictor.safetensors")}), 0);
    write("other.safetensors", "weights of something else");
    EXPECT_EQ(train({"--output", path("other.safetensors")}), 2);
    EXPECT_THAT(m_err, HasSubstr("is not a predictor"));
    EXPECT_EQ(train({"--output", path("model/model.safetensors")}), 2);
    EXPECT_THAT(m_err, HasSubstr("is also an input"));
    EXPECT_EQ(m_script->trainings, 1);
}

TEST_F(TrainCommand, AKindThatIsNotThereIsRefused)
{
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--kind", "shadow"}), 2);
    EXPECT_EQ(m_err, "error: --kind 'shadow': expected lstm\n");
}

TEST_F(TrainCommand, StoppingIsANoteAndNoError)
{
    m_script->trainGate.close();
    m_stop.request_stop();
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--json"}), 1);
    EXPECT_EQ(m_err, "note: stopped\n");
    EXPECT_THAT(m_out, IsEmpty());
}

} // namespace

} // namespace sida::cli_test
