// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/activation.h"

#include "engine/checkpoint/safetensors.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace sida::model
{
namespace
{

std::vector<float> read(const checkpoint::SafetensorsFile& file, const checkpoint::TensorEntry& entry)
{
    std::vector<float> values(entry.elements());
    EXPECT_TRUE(file.readF32(entry, values));
    return values;
}

TEST(Activation, EveryOneThatTransformersHasWithoutWeightsOfItsOwnIsTheSameHere)
{
    const auto file = checkpoint::SafetensorsFile::open(
        std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/activations/golden.safetensors");
    ASSERT_TRUE(file) << file.error().message;
    const std::vector<float> inputs = read(*file, *file->find("x"));
    EXPECT_GE(file->tensors().size(), 20U);
    for (const checkpoint::TensorEntry& entry : file->tensors()) {
        if (entry.name == "x")
            continue;
        SCOPED_TRACE(entry.name);
        const auto activation = parseActivation(entry.name);
        ASSERT_TRUE(activation);
        EXPECT_NE(activationNames().find(entry.name), std::string::npos);
        std::vector<float> ours = inputs;
        activate(kernels::kernels(), *activation, ours.data(), ours.size(), kernels::Element::f32);
        const std::vector<float> theirs = read(*file, entry);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            EXPECT_NEAR(ours[i], theirs[i], 2e-6F * std::max(1.0F, std::abs(theirs[i])))
                << "of " << inputs[i];
    }
    EXPECT_FALSE(parseActivation("prelu"));
    EXPECT_FALSE(parseActivation("xielu"));
}

} // namespace
} // namespace sida::model
