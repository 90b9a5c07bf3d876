// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model.h"
#include "engine/predictor/predictor.h"
#include "tests/parity/predictor/golden_files.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace sida::predictor
{
namespace
{

const std::filesystem::path kDemo = std::filesystem::path(SIDA_SOURCE_DIR) / "resources/demo";
const std::filesystem::path kGolden
    = std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/demo/golden.safetensors";

class DemoPredictor : public testing::Test
{
protected:
    void SetUp() override
    {
        auto model = model::loadModel(kDemo / "model", {}, {});
        ASSERT_TRUE(model) << model.error().message;
        m_model = std::move(*model);
        auto predictor = loadPredictor(kDemo / "predictor.safetensors");
        ASSERT_TRUE(predictor) << predictor.error().message;
        m_predictor = std::move(*predictor);
        m_golden = test::readGolden(kGolden, "predictor_logits", m_model->info().moeLayers.size());
        ASSERT_GE(m_golden.sentences.size(), 8U);
    }

    std::unique_ptr<model::Model> m_model;
    std::unique_ptr<Predictor> m_predictor;
    test::Golden m_golden;
};

TEST_F(DemoPredictor, belongsToTheDemoModel)
{
    const Status fits = checkFits(m_predictor->info(), m_model->info());
    EXPECT_TRUE(fits) << fits.error().message;
}

TEST_F(DemoPredictor, givesTheProbabilitiesOfTheProgramThatTrainedIt)
{
    std::vector<std::size_t> all(m_golden.sentences.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    constexpr int kTop = 3;
    const auto table = m_predictor->predict(test::batchOf(m_golden, all), m_model->embeddings(), kTop);
    ASSERT_TRUE(table) << table.error().message;
    for (std::size_t l = 0; l < table->layers.size(); ++l) {
        const auto experts = static_cast<std::size_t>(m_model->info().moeLayers[l].experts);
        std::size_t token = 0;
        for (std::size_t sentence : all)
            for (std::size_t i = 0; i < m_golden.sentences[sentence].size(); ++i, ++token) {
                const float* row = m_golden.logits[sentence][l].data() + i * experts;
                const float largest = *std::max_element(row, row + experts);
                double total = 0;
                for (std::size_t e = 0; e < experts; ++e)
                    total += std::exp(double{row[e]} - largest);
                std::vector<float> sorted(row, row + experts);
                std::sort(sorted.begin(), sorted.end(), std::greater<>());
                for (std::size_t k = 0; k < kTop; ++k) {
                    const std::size_t at = token * kTop + k;
                    const std::uint16_t chosen = table->layers[l].experts[at];
                    // Two experts may change places where their logits differ by rounding only.
                    EXPECT_NEAR(row[chosen], sorted[k], 1e-4);
                    EXPECT_NEAR(
                        table->layers[l].alpha[at], std::exp(double{row[chosen]} - largest) / total, 1e-4);
                }
            }
    }
}

} // namespace
} // namespace sida::predictor
