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

TEST_F(TrainCommand, TheCaptureIsNotWrittenOverByThePredictor)
{
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--capture", path("new.safetensors")}), 2);
    EXPECT_THAT(m_err, HasSubstr("new.safetensors"));
    EXPECT_EQ(m_script->trainings, 0);
}

TEST_F(TrainCommand, EveryOptionReachesTheTraining)
{
    EXPECT_EQ(
        train({"--output",
               path("new.safetensors"),
               "--kind",
               "shadow",
               "--loss",
               "kl",
               "--ce-weight",
               "0.25",
               "--sparsemax",
               "paper",
               "--hidden",
               "96",
               "--patience",
               "3",
               "--resume",
               "--batch-size",
               "8",
               "--learning-rate",
               "0.01",
               "--budget",
               "35%",
               "--capture",
               path("routing.capture")}),
        0);
    const api::TrainOptions& options = m_script->lastTraining();
    EXPECT_EQ(options.kind, api::PredictorKind::shadow);
    EXPECT_EQ(options.loss, api::TrainLoss::kl);
    EXPECT_EQ(options.crossEntropyWeight, 0.25);
    EXPECT_TRUE(options.paperSparsemax);
    EXPECT_EQ(options.hiddenDim, 96);
    EXPECT_EQ(options.patience, 3);
    EXPECT_TRUE(options.resume);
    EXPECT_EQ(options.batchSize, 8);
    EXPECT_EQ(options.learningRate, 0.01);
    EXPECT_EQ(options.budget, units::Budget::ofShare(0.35));
    EXPECT_EQ(options.capture, path("routing.capture"));
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--loss", "l2"}), 2);
    EXPECT_EQ(m_err, "error: --loss 'l2': expected ce, kl, l1\n");
}

TEST_F(TrainCommand, AKindThatIsNotThereIsRefused)
{
    EXPECT_EQ(train({"--output", path("new.safetensors"), "--kind", "gru"}), 2);
    EXPECT_EQ(m_err, "error: --kind 'gru': expected auto, lstm, shadow\n");
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
