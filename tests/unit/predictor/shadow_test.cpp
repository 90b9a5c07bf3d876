// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/shadow_network.h"

#include "engine/checkpoint/safetensors.h"
#include "engine/device/workspace.h"
#include "engine/model/model.h"
#include "engine/model/switch_weights.h"
#include "engine/predictor/predictor.h"
#include "engine/predictor/shadow_torch.h"
#include "engine/predictor/trainable_torch.h"
#include "engine/predictor/training.h"
#include "tests/unit/predictor/fake_model.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

std::unique_ptr<model::Model> fixture(const std::string& name)
{
    auto model
        = model::loadModel(std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/models" / name, {}, {});
    EXPECT_TRUE(model) << (model ? "" : model.error().message);
    return model ? std::move(*model) : nullptr;
}

ShadowFile randomShadow(const model::Model& model, int hidden)
{
    ShadowFile file;
    file.info.modelIdentity = model.info().identity;
    file.info.moeLayers = model.info().moeLayers;
    file.info.loss = "truncated-l1";
    file.info.topT = 30;
    file.shape.width = model.info().dModel;
    file.shape.hidden = hidden;
    for (const api::MoeLayerInfo& layer : model.info().moeLayers)
        file.shape.experts.push_back(layer.experts);
    std::uint64_t seed = 5;
    for (const TensorSlot& slot : shadowSlots(file.shape, file.info.moeLayers, file.surrogates)) {
        std::size_t count = 1;
        for (const std::int64_t size : slot.shape)
            count *= static_cast<std::size_t>(size);
        *slot.values = test::randomValues(count, seed++);
    }
    return file;
}

/// Logits [tokens, experts] in packed order.
at::Tensor
inferred(const HashNetwork& network, const dataset::TokenBatch& batch, std::span<const float> embeddings)
{
    std::int64_t experts = 0;
    for (const int count : network.experts())
        experts += count;
    at::Tensor result = at::full({batch.tokens(), experts}, std::nanf(""));
    network.forward(batch, embeddings, [&](auto places, auto logits) {
        for (std::size_t i = 0; i < places.size(); ++i)
            std::copy_n(
                logits.data() + static_cast<std::int64_t>(i) * experts, experts,
                result.data_ptr<float>() + std::int64_t{places[i]} * experts);
    });
    return result;
}

class ShadowTest : public testing::TestWithParam<std::string>
{
protected:
    ShadowTest()
        : m_model(fixture(GetParam()))
        , m_batch(test::randomBatch({9, 1, 30, 2, 300, 17}, m_model->info().vocabulary))
        , m_file(randomShadow(*m_model, 24))
    {
    }

    std::unique_ptr<model::Model> m_model;
    dataset::TokenBatch m_batch;
    ShadowFile m_file;
    test::TemporaryFolder m_folder;
};

TEST_P(ShadowTest, theFirstLayersLogitsAreTheModelsToTheBit)
{
    const auto network = makeShadowNetwork(*m_model->encoderWeights(), m_file.shape, m_file.surrogates);
    const at::Tensor guess = inferred(*network, m_batch, m_model->embeddings());
    std::vector<float> truth;
    model::ForwardHooks hooks;
    hooks.routerLogits = [&](int layer, std::span<const float> logits, int) {
        if (layer == 0)
            truth.assign(logits.begin(), logits.end());
    };
    model::ForwardOptions options;
    options.hooks = &hooks;
    model::HostExpertSource experts(m_model->experts());
    ASSERT_TRUE(m_model->forward(m_batch, experts, options));
    const at::Tensor first = guess.narrow(1, 0, m_file.shape.experts[0]).contiguous();
    ASSERT_EQ(truth.size(), static_cast<std::size_t>(first.numel()));
    EXPECT_TRUE(std::equal(truth.begin(), truth.end(), first.data_ptr<float>()));
}

TEST_P(ShadowTest, trainingAndInferenceComputeTheSame)
{
    const auto path = m_folder / "shadow.safetensors";
    const auto trainable
        = makeTrainableShadow(*m_model->encoderWeights(), m_file.shape, m_model->embeddings(), 3);
    at::manual_seed(4);
    for (at::Tensor& parameter : trainable->parameters())
        parameter.detach().add_(at::randn_like(parameter) * 0.2);
    ASSERT_TRUE(trainable->write(path, m_file.info, {}));
    const auto read = readShadowFile(path);
    ASSERT_TRUE(read) << read.error().message;
    const auto network = makeShadowNetwork(*m_model->encoderWeights(), read->shape, read->surrogates);

    const at::Tensor ids
        = at::tensor(m_batch.ids, at::kInt).to(at::kLong).view({m_batch.rows, m_batch.length});
    const at::Tensor trained = trainable->logits(ids, m_batch.lengths).detach();
    const at::Tensor fast = inferred(*network, m_batch, m_model->embeddings());
    ASSERT_EQ(trained.sizes(), fast.sizes());
    EXPECT_LE((trained - fast).abs().max().item<double>(), 2e-3 * trained.abs().max().item<double>());
}

TEST_P(ShadowTest, sentencesDoNotSeeEachOtherWhateverTheBatch)
{
    const auto network = makeShadowNetwork(*m_model->encoderWeights(), m_file.shape, m_file.surrogates);
    const at::Tensor together = inferred(*network, m_batch, m_model->embeddings());
    std::int64_t first = 0;
    for (std::size_t row = 0; row < m_batch.lengths.size(); ++row) {
        const int length = m_batch.lengths[row];
        dataset::TokenBatch alone;
        alone.rows = 1;
        alone.length = length;
        alone.lengths = {length};
        const auto begin = m_batch.ids.begin() + static_cast<std::ptrdiff_t>(row) * m_batch.length;
        alone.ids.assign(begin, begin + length);
        EXPECT_TRUE(
            at::equal(inferred(*network, alone, m_model->embeddings()), together.narrow(0, first, length)));
        first += length;
    }
}

TEST_P(ShadowTest, theNumberOfThreadsChangesNoBit)
{
    const auto network = makeShadowNetwork(*m_model->encoderWeights(), m_file.shape, m_file.surrogates);
    const at::Tensor alone = inferred(*network, m_batch, m_model->embeddings());
    network->useThreads(3);
    EXPECT_TRUE(at::equal(inferred(*network, m_batch, m_model->embeddings()), alone));
}

TEST_P(ShadowTest, thePromisedWorkspaceIsEnoughForEveryShape)
{
    const auto network = makeShadowNetwork(*m_model->encoderWeights(), m_file.shape, m_file.surrogates);
    for (const int threads : {1, 4}) {
        network->useThreads(threads);
        for (const std::vector<int>& lengths :
             {std::vector<int>{1}, {25}, {300}, {5, 5, 5}, std::vector<int>(64, 17), {1, 2, 400, 3}}) {
            const auto batch = test::randomBatch(lengths, m_model->info().vocabulary);
            device::Workspace workspace(network->workspaceBytes(batch.rows, batch.length));
            const device::WorkspaceScope scope(workspace);
            EXPECT_NO_THROW(network->forward(batch, m_model->embeddings(), [](auto, auto) {}));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Models, ShadowTest,
    testing::Values("classifier", "step1", "step2", "gelu-new", "odd-sizes", "router-bias", "unequal-layers"),
    [](const auto& test) {
        std::string name = test.param;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

class ShadowFileTest : public testing::Test
{
protected:
    std::string errorOf(const std::filesystem::path& path)
    {
        const auto loaded = loadPredictor(path);
        if (!loaded)
            return loaded.error().message;
        const auto attached = (*loaded)->attach(*m_model);
        return attached ? std::string() : attached.error().message;
    }

    std::unique_ptr<model::Model> m_model = fixture("classifier");
    ShadowFile m_file = randomShadow(*m_model, 24);
    test::TemporaryFolder m_folder;
    std::filesystem::path m_path = m_folder / "shadow.safetensors";
};

TEST_F(ShadowFileTest, itPredictsOnlyBesideTheModelItWasTrainedFor)
{
    ASSERT_TRUE(writeShadowFile(m_path, m_file, {{"held_out_top3", "0.98"}}));
    const auto info = inspectPredictor(m_path);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->kind, "shadow");
    EXPECT_EQ(info->heldOutTop3, 0.98);
    const auto loaded = loadPredictor(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto batch = test::randomBatch({4, 7}, m_model->info().vocabulary);
    EXPECT_THAT((*loaded)->predict(batch, m_model->embeddings(), 1).error().message, HasSubstr("not loaded"));

    const auto other = fixture("step1");
    EXPECT_THAT((*loaded)->attach(*other).error().message, HasSubstr("was trained for model"));
    ASSERT_TRUE((*loaded)->attach(*m_model));
    const auto table = (*loaded)->predict(batch, m_model->embeddings(), 2);
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->tokens, 11);
    EXPECT_GT((*loaded)->weightBytes(), 0U);
}

TEST_F(ShadowFileTest, aTensorThatIsMissingOrDoesNotFitTheMetadataIsNamed)
{
    ASSERT_TRUE(writeShadowFile(m_path, m_file, {}));
    const auto open = checkpoint::SafetensorsFile::open(m_path);
    ASSERT_TRUE(open);
    const std::string name = m_file.info.moeLayers[0].name + ".surrogate.gain";
    for (const bool missing : {true, false}) {
        std::vector<std::vector<float>> values;
        std::vector<checkpoint::TensorToWrite> tensors;
        for (const checkpoint::TensorEntry& entry : open->tensors()) {
            if (missing && entry.name == name)
                continue;
            std::vector<std::int64_t> shape = entry.shape;
            if (entry.name == name)
                std::swap(shape.front(), shape.back());
            values.emplace_back(entry.elements());
            tensors.push_back(
                {entry.name, checkpoint::StorageType::f32, shape, std::as_bytes(std::span(values.back()))});
        }
        const auto other = m_folder / "other.safetensors";
        ASSERT_TRUE(checkpoint::writeSafetensors(other, std::move(tensors), open->metadata()));
        EXPECT_THAT(
            errorOf(other),
            AllOf(
                HasSubstr(other.string()), HasSubstr(name),
                HasSubstr(missing ? "missing" : "expected shape")));
    }
}

TEST_F(ShadowFileTest, weightsThatAreNotNumbersAreRefused)
{
    m_file.surrogates[0].offset[0] = std::nanf("");
    ASSERT_TRUE(writeShadowFile(m_path, m_file, {}));
    EXPECT_THAT(errorOf(m_path), AllOf(HasSubstr("surrogate.offset"), HasSubstr("finite")));
}

class ShadowTrainingTest : public ShadowFileTest
{
protected:
    ShadowTrainingTest()
    {
        m_data = test::randomDataset(160);
        m_options.output = m_path;
        m_options.kind = api::PredictorKind::shadow;
        m_options.hiddenDim = 16;
        m_options.batchSize = 16;
        m_options.epochs = 4;
        m_options.threads = 1;
    }
    Result<api::TrainResult> run()
    {
        return train(*m_model, m_data, m_options, {}, m_epochDone, m_stop.get_token());
    }

    dataset::Dataset m_data;
    api::TrainOptions m_options;
    std::function<void(const api::TrainEpoch&)> m_epochDone;
    std::stop_source m_stop;
};

TEST_F(ShadowTrainingTest, theFirstLayerIsForetoldExactlyAndTheOthersAreLearned)
{
    m_options.epochs = 8;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->kind, "shadow");
    EXPECT_EQ(result->heldOutTop1ByLayer.front(), 1.0);
    EXPECT_LT(result->epochs.back().loss, result->epochs.front().loss);
    EXPECT_EQ(errorOf(m_path), "");
}

TEST_F(ShadowTrainingTest, aTrainingThatWasStoppedGoesOnToTheSameWeights)
{
    ASSERT_TRUE(run());
    const auto straight = readShadowFile(m_path);
    ASSERT_TRUE(straight);

    m_options.resume = true;
    m_epochDone = [this](const api::TrainEpoch& epoch) {
        if (epoch.epoch == 2)
            m_stop.request_stop();
    };
    EXPECT_EQ(run().error().kind, ErrorKind::cancelled);
    m_stop = std::stop_source();
    int first = 0;
    m_epochDone = [&](const api::TrainEpoch& epoch) { first = first == 0 ? epoch.epoch : first; };
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(first, 3);
    EXPECT_EQ(result->epochs.size(), 4U);
    const auto a = readShadowFile(m_path);
    ASSERT_TRUE(a);
    for (std::size_t i = 0; i < a->surrogates.size(); ++i) {
        EXPECT_EQ(a->surrogates[i].wi, straight->surrogates[i].wi);
        EXPECT_EQ(a->surrogates[i].offset, straight->surrogates[i].offset);
    }
    EXPECT_EQ(m_folder.fileCount(), 1U) << "what was kept is removed at the end";
}

TEST_F(ShadowTrainingTest, goingOnWithOtherOptionsIsRefused)
{
    m_options.resume = true;
    m_epochDone = [this](const api::TrainEpoch&) { m_stop.request_stop(); };
    ASSERT_FALSE(run());
    m_stop = std::stop_source();
    m_options.crossEntropyWeight = 0.5;
    EXPECT_THAT(run().error().message, AllOf(HasSubstr(".training"), HasSubstr("other options")));
}

TEST_F(ShadowTrainingTest, automaticTriesBothKindsAndKeepsTheOneThatLeavesFewerMisses)
{
    m_options.kind = api::PredictorKind::automatic;
    m_options.epochs = 2;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->candidates.size(), 2U);
    const auto& lstm = result->candidates[0];
    const auto& shadow = result->candidates[1];
    EXPECT_EQ(lstm.uses, shadow.uses);
    EXPECT_GT(lstm.bytes, 0U);
    if (lstm.misses != shadow.misses) {
        EXPECT_EQ(result->kind, lstm.misses < shadow.misses ? "lstm" : "shadow");
    }
    const auto info = inspectPredictor(m_path);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->kind, result->kind);
    EXPECT_EQ(m_folder.fileCount(), 1U);
}

TEST_F(ShadowTrainingTest, patienceEndsATrainingThatNoLongerGetsBetter)
{
    m_options.epochs = 60;
    m_options.patience = 2;
    m_options.learningRate = 1e-9;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_LT(result->epochs.size(), 60U);
    EXPECT_GE(static_cast<int>(result->epochs.size()), result->bestEpoch + 2);
}

TEST_F(ShadowTrainingTest, aModelWithoutASwitchEncoderIsRefused)
{
    const test::FakeModel fake;
    const auto result = train(fake, m_data, m_options, {}, {}, {});
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, AllOf(HasSubstr("Switch encoder"), HasSubstr("kind lstm")));
}

} // namespace
} // namespace sida::predictor
