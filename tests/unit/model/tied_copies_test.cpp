// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model.h"
#include "tests/unit/model/model_folder.h"

#include <array>
#include <gtest/gtest.h>

namespace sida
{
namespace
{

dataset::TokenBatch oneSample()
{
    dataset::TokenBatch batch;
    batch.rows = 1;
    batch.ids = {7, 21, 3, 40, 1};
    batch.length = static_cast<int>(batch.ids.size());
    batch.lengths = {batch.length};
    batch.samples = {0};
    batch.labels = {-1};
    batch.targets = {{}};
    return batch;
}

std::vector<std::int32_t> generated(const std::filesystem::path& folder)
{
    const auto model = model::loadModel(folder, {}, {}, {.decoder = true});
    EXPECT_TRUE(model) << model.error().message;
    if (!model)
        return {};
    model::HostExpertSource source((*model)->experts());
    const auto answer = (*model)->generate(oneSample(), 12, source, {});
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->ids.front() : std::vector<std::int32_t>();
}

/// Published files hold four copies of the embedding, files saved later one; which one depends on who saved.
TEST(TiedCopies, MayBeThereInAnyCombination)
{
    constexpr std::array kCopies{
        "shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"};
    test::TinyModel tiny;
    tiny.labels = 0;
    tiny.decoderLayers = 2;
    test::ModelFolder folder(tiny);
    const auto embedding = folder.tensors().at("shared.weight");
    const std::vector<std::int32_t> expected = generated(folder.path());
    const auto parameters = model::inspectModel(folder.path()).value().parameters;
    ASSERT_FALSE(expected.empty());
    for (unsigned present = 1; present < 16; ++present) {
        SCOPED_TRACE("copies " + std::to_string(present));
        for (std::size_t i = 0; i < kCopies.size(); ++i) {
            folder.tensors().erase(kCopies[i]);
            if ((present >> i & 1U) != 0)
                folder.tensors()[kCopies[i]] = embedding;
        }
        folder.save();
        EXPECT_EQ(generated(folder.path()), expected);
        EXPECT_EQ(model::inspectModel(folder.path()).value().parameters, parameters);
    }
    for (const char* copy : kCopies)
        folder.tensors().erase(copy);
    folder.save();
    const auto none = model::loadModel(folder.path(), {}, {});
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("shared.weight"), std::string::npos) << none.error().message;
}

} // namespace
} // namespace sida
