// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/compute_type.h"
#include "engine/model/model.h"
#include "engine/model/switch_layout.h"
#include "engine/model/switch_weights.h"
#include "tests/support/stored_checkpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sida;
namespace fs = std::filesystem;

namespace
{

/// Checkpoints that transformers 4.57 and 5.17 wrote; see tests/fixtures/checkpoints/make_checkpoints.py.
class StoredCheckpoints : public testing::TestWithParam<std::string>
{
protected:
    fs::path folder() const { return test::storedCheckpoint(GetParam()); }
};

TEST_P(StoredCheckpoints, EveryTensorHasTheValuesThatTransformersFindsInIt)
{
    const auto checkpoint = checkpoint::Checkpoint::open(folder());
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    const auto expected = test::expectedOf(folder());
    EXPECT_EQ(test::digestsOf(*checkpoint), expected.digests);
}

TEST_P(StoredCheckpoints, EveryTensorIsPartOfTheModelOrACopyOrNamedAsIgnored)
{
    const auto checkpoint = checkpoint::Checkpoint::open(folder()).value();
    const auto layout = model::layOutSwitch(checkpoint);
    ASSERT_TRUE(layout) << layout.error().message;
    const auto expected = test::expectedOf(folder());
    EXPECT_EQ(layout->decoder.has_value(), expected.decoder);
    EXPECT_EQ(layout->canGenerate(), expected.generates);
    for (const std::string& name : layout->ignored) {
        const bool isCopy = name.ends_with("embed_tokens.weight") || name == "lm_head.weight";
        // Two stacks with embeddings of their own have no use for a shared one.
        const bool isSpare = name == "shared.weight" && !layout->config.tiedEmbeddings;
        EXPECT_TRUE(isCopy || isSpare || name.starts_with("unused.")) << name;
    }
}

TEST_P(StoredCheckpoints, InspectingTellsWhatItIs)
{
    const auto info = model::inspectModel(folder());
    ASSERT_TRUE(info) << info.error().message;
    const auto expected = test::expectedOf(folder());
    EXPECT_EQ(static_cast<int>(info->moeLayers.size()), expected.moeLayers);
    EXPECT_EQ(info->labels, expected.labels);
    EXPECT_EQ(info->architecture.find("decoder") != std::string::npos, expected.decoder);
}

TEST_P(StoredCheckpoints, LoadsIntoEveryComputeType)
{
    for (const api::DType compute : {api::DType::f32, api::DType::bf16, api::DType::f16}) {
        const auto checkpoint = checkpoint::Checkpoint::open(folder()).value();
        const auto layout = model::layOutSwitch(checkpoint).value();
        const auto weights = model::loadSwitch(
            layout, {.compute = compute, .decoder = true, .experts = model::ExpertLayout::rows}, {}, {});
        ASSERT_TRUE(weights) << weights.error().message;
        std::uint16_t layer = 0;
        for (const model::SwitchBlockLayout* block : model::blocksOf(layout, true)) {
            if (!block->sparse())
                continue;
            const auto last = static_cast<std::uint16_t>(block->experts.size() - 1);
            const model::StoredTensor& wo = block->experts[last].wo;
            std::vector<std::byte> expected(wo.entry->elements() * model::elementBytes(compute));
            ASSERT_TRUE(wo.file->readAs(model::storageTypeOf(compute), *wo.entry, expected));
            const std::byte* block_ = weights->experts.block({layer, last}) + weights->experts.woOffset();
            EXPECT_TRUE(std::equal(expected.begin(), expected.end(), block_));
            ++layer;
        }
        EXPECT_EQ(layer, weights->experts.layers());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, StoredCheckpoints, testing::ValuesIn(test::storedCheckpoints()),
    [](const auto& variant) { return test::testName(variant.param); });

} // namespace
