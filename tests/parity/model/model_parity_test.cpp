// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model.h"
#include "tests/parity/model/golden.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>
#include <string>

using namespace sida;
namespace fs = std::filesystem;
using test::batchOf;
using test::expectClose;
using test::Golden;

namespace
{

/// Runs some samples together and compares each with what upstream computed for it alone.
void compare(const model::Model& model, const Golden& golden, const std::vector<int>& samples, int padding)
{
    const auto batch = batchOf(golden, samples, padding);
    std::vector<std::vector<std::uint16_t>> routed;
    std::vector<std::vector<float>> routerLogits;
    model::ForwardHooks hooks;
    hooks.routed = [&](int, std::span<const std::uint16_t> experts) {
        routed.emplace_back(experts.begin(), experts.end());
    };
    hooks.routerLogits = [&](int, std::span<const float> logits, int) {
        routerLogits.emplace_back(logits.begin(), logits.end());
    };
    model::ForwardOptions options;
    options.wantHidden = true;
    options.hooks = &hooks;
    model::HostExpertSource source(model.experts());
    const auto result = model.forward(batch, source, options);
    ASSERT_TRUE(result) << result.error().message;

    const auto width = static_cast<std::size_t>(model.info().dModel);
    const auto labels = static_cast<std::size_t>(model.info().labels);
    ASSERT_EQ(routed.size(), model.info().moeLayers.size());
    std::size_t token = 0;
    for (std::size_t row = 0; row < samples.size(); ++row) {
        const std::string sample = std::to_string(samples[row]);
        const auto length = static_cast<std::size_t>(batch.lengths[row]);
        expectClose(
            std::span(result->hidden).subspan(token * width, length * width),
            golden.floats("last_hidden_state." + sample), "hidden state of sample " + sample);
        if (labels > 0)
            expectClose(
                std::span(result->logits).subspan(row * labels, labels), golden.floats("logits." + sample),
                "logits of sample " + sample);
        for (std::size_t layer = 0; layer < routed.size() && golden.has("router." + sample); ++layer) {
            const auto expected = golden.integers("router." + sample);
            for (std::size_t i = 0; i < length; ++i)
                ASSERT_EQ(routed[layer][token + i], expected[layer * length + i])
                    << "sample " << sample << ", layer " << layer << ", token " << i;
            const auto experts = static_cast<std::size_t>(model.info().moeLayers[layer].experts);
            expectClose(
                std::span(routerLogits[layer]).subspan(token * experts, length * experts),
                golden.floats("router_logits." + sample + "." + std::to_string(layer)), "router logits");
        }
        token += length;
    }
}

void compareAll(const fs::path& modelFolder, const fs::path& goldenFile, model::ExpertLayout layout)
{
    auto model = model::loadModel(modelFolder, {}, {}, {.experts = layout});
    ASSERT_TRUE(model) << model.error().message;
    const Golden golden(goldenFile);
    ASSERT_GT(golden.count(), 0);
    for (const int batchSize : {1, 4, 7}) {
        for (int first = 0; first < golden.count(); first += batchSize) {
            std::vector<int> samples;
            for (int i = first; i < std::min(first + batchSize, golden.count()); ++i)
                samples.push_back(i);
            SCOPED_TRACE("batch of " + std::to_string(batchSize) + " from " + std::to_string(first));
            for (const int padding : {0, 5}) {
                compare(**model, golden, samples, padding);
                if (testing::Test::HasFatalFailure())
                    return;
            }
        }
    }
}

class ModelParity : public testing::TestWithParam<std::string>
{
};

TEST_P(ModelParity, AnswersAndRoutesLikeTransformersWhateverTheBatchAndThePadding)
{
    const fs::path folder = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/models" / GetParam();
    compareAll(folder, folder / "golden.safetensors", model::ExpertLayout::panels);
}

TEST_P(ModelParity, ExpertsInRowsAnswerLikeTransformersToo)
{
    const fs::path folder = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/models" / GetParam();
    compareAll(folder, folder / "golden.safetensors", model::ExpertLayout::rows);
}

TEST(DemoModelParity, TheTrainedDemoModelAnswersLikeTransformers)
{
    const fs::path root = SIDA_SOURCE_DIR;
    for (const auto layout : {model::ExpertLayout::panels, model::ExpertLayout::rows})
        compareAll(root / "resources/demo/model", root / "tests/fixtures/demo/golden.safetensors", layout);
}

INSTANTIATE_TEST_SUITE_P(
    Variants, ModelParity,
    testing::Values(
        "step2", "step1", "dense", "wide-heads", "odd-sizes", "router-bias", "gelu-new", "few-buckets",
        "bf16", "f16", "unequal-layers", "classifier", "classifier-prefixed", "encoder-decoder", "sharded"),
    [](const auto& variant) {
        std::string name = variant.param;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

} // namespace
