// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model_sizes.h"

#include <gtest/gtest.h>
#include <string>

using namespace sida;
namespace fs = std::filesystem;

namespace
{

void expectSameSizes(const fs::path& folder, const model::LoadOptions& options)
{
    SCOPED_TRACE(folder.string() + " as " + std::string(api::name(options.compute)));
    const auto loaded = model::loadModel(folder, {}, {}, options);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto sizes = model::modelSizes(folder, options);
    ASSERT_TRUE(sizes) << sizes.error().message;
    const api::ModelInfo& expected = (*loaded)->info();
    const api::ModelInfo& found = (*sizes)->info();
    EXPECT_EQ(found.denseBytes, expected.denseBytes);
    EXPECT_EQ(found.expertBytes, expected.expertBytes);
    EXPECT_EQ(found.identity, expected.identity);
    EXPECT_EQ((*sizes)->experts().expertCount(), (*loaded)->experts().expertCount());
    EXPECT_EQ((*sizes)->experts().layers(), (*loaded)->experts().layers());
    EXPECT_EQ((*sizes)->experts().blockBytes(), (*loaded)->experts().blockBytes());
    for (const int rows : {1, 5})
        for (const bool generates : {false, true})
            for (const int target : {0, 9}) {
                const model::WorkspaceShape shape{rows, 17, 2, 3, target, generates};
                EXPECT_EQ((*sizes)->workspaceBytes(shape), (*loaded)->workspaceBytes(shape));
            }
}

TEST(ModelSizes, AreThoseOfTheLoadedModelToTheByte)
{
    int models = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/models")) {
        if (!fs::exists(entry.path() / "config.json"))
            continue;
        ++models;
        for (const api::DType type : {api::DType::f32, api::DType::bf16, api::DType::f16})
            for (const bool decoder : {false, true})
                expectSameSizes(entry.path(), {type, decoder});
    }
    EXPECT_GT(models, 8);
}

TEST(ModelSizes, AreKnownOfModelsThatNoMachineHolds)
{
    const auto sizes = model::modelSizes("synthetic:switch-c-2048", {api::DType::bf16, false});
    ASSERT_TRUE(sizes) << sizes.error().message;
    EXPECT_EQ((*sizes)->experts().expertCount(), 15 * 2048);
    EXPECT_EQ((*sizes)->experts().blockBytes(), 2ULL * 2080 * 6144 * 2);
    EXPECT_GT((*sizes)->workspaceBytes({1, 25, 1, 2, 0, false}), 0U);
}

TEST(ModelSizes, RunNothing)
{
    const auto sizes = model::modelSizes(fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/models/classifier");
    ASSERT_TRUE(sizes) << sizes.error().message;
    model::HostExpertSource source((*sizes)->experts());
    const auto refused = (*sizes)->forward({}, source, {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("not loaded"), std::string::npos);
}

} // namespace
