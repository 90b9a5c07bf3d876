// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/synthetic.h"

#include "engine/checkpoint/widen.h"
#include "engine/model/model.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sida;
using testing::AllOf;
using testing::HasSubstr;

namespace
{

constexpr const char* kSmall = "synthetic:switch-base-8,layers=2,experts=3,seed=7";

std::string errorFor(const std::string& name)
{
    const auto info = model::inspectModel(name);
    return info ? "no error" : info.error().message;
}

TEST(Synthetic, EveryPublishedShapeHasTheSizesOfTheModelItStandsFor)
{
    struct Expected {
        const char* name;
        std::uint64_t parameters; ///< as published, tied copies once
        int experts;
    };
    for (const Expected& expected :
         {Expected{"switch-base-8", 619'339'008, 96}, Expected{"switch-base-16", 1'072'397'568, 192},
          Expected{"switch-base-32", 1'978'514'688, 384}, Expected{"switch-base-64", 3'790'748'928, 768},
          Expected{"switch-base-128", 7'415'217'408, 1'536},
          Expected{"switch-base-256", 14'664'154'368, 3'072},
          Expected{"switch-large-128", 26'309'291'008, 3'072}}) {
        const auto info = model::inspectModel(std::string("synthetic:") + expected.name).value();
        EXPECT_EQ(info.parameters, expected.parameters) << expected.name;
        EXPECT_EQ(info.expertCount, expected.experts) << expected.name;
        EXPECT_THAT(info.ignoredTensors, testing::IsEmpty());
    }
    const auto largest = model::inspectModel("synthetic:switch-c-2048").value();
    EXPECT_EQ(largest.expertCount, 61'440);
    EXPECT_EQ(largest.storageDtype, api::DType::bf16);
    EXPECT_NEAR(static_cast<double>(largest.parameters), 1571.3e9, 0.1e9);
}

TEST(Synthetic, ItIsCalledSyntheticWhereverAModelIsNamed)
{
    const auto info = model::inspectModel(kSmall).value();
    EXPECT_EQ(info.name, kSmall);
    EXPECT_EQ(info.path, kSmall);
    EXPECT_THAT(info.architecture, AllOf(HasSubstr("synthetic"), HasSubstr("random weights")));
    EXPECT_FALSE(info.hasTokenizer);
    EXPECT_THAT(info.files, testing::IsEmpty());
    EXPECT_EQ(info.expertCount, 6);
}

TEST(Synthetic, TheSameNameGivesTheSameModelAndAnotherSeedAnother)
{
    const auto identity = [](const std::string& name) { return model::inspectModel(name).value().identity; };
    EXPECT_EQ(identity(kSmall), identity(kSmall));
    EXPECT_NE(identity(kSmall), identity("synthetic:switch-base-8,layers=2,experts=3,seed=8"));
    EXPECT_EQ(
        identity("synthetic:switch-base-8,layers=2,experts=3"),
        identity("synthetic:switch-base-8,layers=2,experts=3,seed=0"));
}

TEST(Synthetic, AnyPartOfATensorCanBeReadByItselfAndHasTheDeviationOfATrainingsStart)
{
    const auto checkpoint = model::openSynthetic(kSmall).value();
    const auto tensor = checkpoint.find("encoder.block.1.layer.1.mlp.experts.expert_2.wi.weight").value();
    std::vector<float> whole(tensor.entry->elements());
    ASSERT_TRUE(tensor.file->readF32(*tensor.entry, whole));
    std::vector<float> part(5000);
    ASSERT_TRUE(tensor.file->readF32(*tensor.entry, 12'345, part));
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + 12'345));

    double sum = 0;
    double squares = 0;
    for (const float value : whole) {
        sum += value;
        squares += static_cast<double>(value) * value;
    }
    const auto count = static_cast<double>(whole.size());
    EXPECT_NEAR(sum / count, 0, 1e-3 / std::sqrt(768.0));
    EXPECT_NEAR(std::sqrt(squares / count), 1 / std::sqrt(768.0), 1e-2 / std::sqrt(768.0));

    const auto norm = checkpoint.find("encoder.final_layer_norm.weight").value();
    std::vector<float> ones(768);
    ASSERT_TRUE(norm.file->readF32(*norm.entry, ones));
    EXPECT_THAT(ones, testing::Each(1.0F));
}

TEST(Synthetic, WhatCountsAsStoredIsRoundedToThatType)
{
    const auto checkpoint
        = model::openSynthetic("synthetic:switch-base-8,layers=2,experts=1,dtype=bf16").value();
    const auto tensor = checkpoint.find("encoder.block.0.layer.0.SelfAttention.q.weight").value();
    EXPECT_EQ(tensor.entry->type, checkpoint::StorageType::bf16);
    std::vector<float> values(tensor.entry->elements());
    ASSERT_TRUE(tensor.file->readF32(*tensor.entry, values));
    auto rounded = values;
    checkpoint::roundTo(checkpoint::StorageType::bf16, rounded);
    EXPECT_EQ(values, rounded);
}

TEST(Synthetic, AMistypedNameIsAnsweredWithWhatThereIs)
{
    EXPECT_THAT(
        errorFor("synthetic:switch-base-9"), AllOf(HasSubstr("switch-base-8"), HasSubstr("switch-c-2048")));
    EXPECT_THAT(errorFor("synthetic:"), HasSubstr("no such shape"));
    for (const std::string option :
         {"experts=0", "experts=65536", "experts=many", "layers=0", "seed=-1", "colour=red", "experts"})
        EXPECT_THAT(
            errorFor("synthetic:switch-base-8," + option), AllOf(HasSubstr(option), HasSubstr("seed=N")));
    EXPECT_THAT(errorFor("synthetic:switch-base-8,dtype=f64"), HasSubstr("bf16"));
}

TEST(Synthetic, AModelThatIsLargerThanTheMachineIsRefusedBeforeItsExpertsAreMade)
{
    const auto loaded = model::loadModel("synthetic:switch-c-2048,layers=15", {}, {}, {.decoder = false});
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, AllOf(HasSubstr("30720 experts"), HasSubstr("this machine has")));
}

} // namespace
