// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"
#include "engine/model/expert_layout.h"
#include "engine/model/model.h"
#include "tests/unit/model/model_folder.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

using namespace sida;
using model::ExpertLayout;
using test::ModelFolder;
using test::TinyModel;

namespace
{

std::vector<std::byte> blocksOf(const experts::HostStore& store)
{
    const std::span<const std::byte> memory = store.memory();
    return {memory.begin(), memory.end()};
}

std::vector<float> hiddenOf(const model::Model& model)
{
    dataset::TokenBatch batch;
    batch.rows = 2;
    batch.length = 9;
    batch.lengths = {9, 4};
    batch.samples = {0, 1};
    for (int i = 0; i < batch.rows * batch.length; ++i)
        batch.ids.push_back(3 + i % 40);
    model::HostExpertSource source(model.experts());
    model::ForwardOptions options;
    options.wantHidden = true;
    return model.forward(batch, source, options).value().hidden;
}

std::unique_ptr<model::Model> load(const ModelFolder& folder, ExpertLayout layout, api::DType compute)
{
    return model::loadModel(folder.path(), {}, {}, {.compute = compute, .experts = layout}).value();
}

TEST(ExpertLayouts, ExpertsAreRearrangedInPlaceAndBackWithoutLosingABit)
{
    const ModelFolder folder(TinyModel{.dFf = 48});
    for (const api::DType compute : {api::DType::f32, api::DType::bf16, api::DType::f16}) {
        const auto rows = load(folder, ExpertLayout::rows, compute);
        const auto panels = load(folder, ExpertLayout::panels, compute);
        EXPECT_EQ(rows->expertLayout(), ExpertLayout::rows);
        EXPECT_EQ(panels->expertLayout(), ExpertLayout::panels);
        const std::vector<std::byte> inRows = blocksOf(rows->experts());
        const std::vector<std::byte> inPanels = blocksOf(panels->experts());
        EXPECT_NE(inRows, inPanels);
        const std::byte* place = rows->experts().block({0, 0});

        rows->arrangeExperts(ExpertLayout::panels, {});
        EXPECT_EQ(rows->expertLayout(), ExpertLayout::panels);
        EXPECT_EQ(blocksOf(rows->experts()), inPanels);
        EXPECT_EQ(rows->experts().block({0, 0}), place);
        rows->arrangeExperts(ExpertLayout::rows, {});
        EXPECT_EQ(blocksOf(rows->experts()), inRows);
    }
}

TEST(ExpertLayouts, TheAnswersOfBothAreThoseOfTheSameModel)
{
    const ModelFolder folder(TinyModel{.dFf = 48});
    const auto model = load(folder, ExpertLayout::rows, api::DType::f32);
    const std::vector<float> rows = hiddenOf(*model);
    model->arrangeExperts(ExpertLayout::panels, {});
    const std::vector<float> panels = hiddenOf(*model);
    ASSERT_EQ(rows.size(), panels.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        ASSERT_NEAR(rows[i], panels[i], 1e-5);
    model->arrangeExperts(ExpertLayout::rows, {});
    EXPECT_EQ(hiddenOf(*model), rows) << "the same layout gives the same bits";
}

TEST(ExpertLayouts, WhatDoesNotComeOutEvenStaysInRows)
{
    const ModelFolder folder(TinyModel{.dFf = 24});
    const auto model = load(folder, ExpertLayout::panels, api::DType::f32);
    EXPECT_EQ(model->expertLayout(), ExpertLayout::rows);
    const std::vector<std::byte> before = blocksOf(model->experts());
    model->arrangeExperts(ExpertLayout::panels, {});
    EXPECT_EQ(model->expertLayout(), ExpertLayout::rows);
    EXPECT_EQ(blocksOf(model->experts()), before);
}

TEST(ExpertLayouts, RearrangingTellsHowFarItIsAndNothingWhenThereIsNothingToDo)
{
    const ModelFolder folder(TinyModel{.dFf = 48});
    const auto model = load(folder, ExpertLayout::rows, api::DType::f32);
    std::vector<Progress> seen;
    const ProgressSink sink = [&](const Progress& progress) { seen.push_back(progress); };
    model->arrangeExperts(ExpertLayout::rows, sink);
    EXPECT_TRUE(seen.empty());
    model->arrangeExperts(ExpertLayout::panels, sink);
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back().done, seen.back().total);
    EXPECT_EQ(
        seen.back().total,
        model->experts().blockBytes() * static_cast<std::uint64_t>(model->experts().expertCount()));
}

} // namespace
