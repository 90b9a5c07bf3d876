// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_network.h"
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

const std::filesystem::path kFixtures = std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/predictor";
constexpr float kTolerance = 1e-5F;
constexpr std::size_t kSequences = 4;

class CausalParity : public testing::TestWithParam<std::string>
{
protected:
    void SetUp() override
    {
        const auto file = kFixtures / ("causal_" + GetParam() + ".safetensors");
        auto loaded = loadPredictor(file);
        ASSERT_TRUE(loaded) << loaded.error().message;
        m_predictor = std::move(*loaded);
        ASSERT_NE(m_predictor->decoder(), nullptr);
        const auto golden = kFixtures / ("causal_" + GetParam() + "_golden.safetensors");
        m_golden = test::readGolden(golden, "logits", 3);
        ASSERT_EQ(m_golden.sentences.size(), kSequences);
        m_embeddings = test::readTensor(golden, "embeddings");
        test::Golden sources;
        for (std::size_t i = 0; i < kSequences; ++i)
            sources.sentences.push_back(test::readIds(golden, "source_ids." + std::to_string(i)));
        m_sources = std::move(sources);
    }

    std::unique_ptr<Predictor> m_predictor;
    test::Golden m_golden;
    test::Golden m_sources;
    std::vector<float> m_embeddings;
};

TEST_P(CausalParity, EachStepGivesWhatPyTorchGivesForTheWholeSequence)
{
    const CausalNetwork& network = *m_predictor->decoder();
    const auto experts = static_cast<std::size_t>(network.shape().allExperts());
    for (const std::vector<std::size_t>& order :
         {std::vector<std::size_t>{0}, {1}, {2}, {3}, {0, 1, 2, 3}, {3, 2, 0, 2, 1}}) {
        CausalReader reader(network, static_cast<int>(order.size()), 70);
        reader.begin(test::batchOf(m_sources, order), m_embeddings);
        float largest = 0;
        std::size_t compared = 0;
        for (std::size_t position = 0; position < 70; ++position) {
            std::vector<std::size_t> rows;
            std::vector<std::int32_t> ids;
            for (std::size_t row = 0; row < order.size(); ++row)
                if (position < m_golden.sentences[order[row]].size()) {
                    rows.push_back(row);
                    ids.push_back(m_golden.sentences[order[row]][position]);
                }
            const auto logits = reader.step(rows, ids, m_embeddings);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const float* value = logits.data() + i * experts;
                for (std::size_t layer = 0; layer < 3; ++layer) {
                    const auto count = static_cast<std::size_t>(network.experts()[layer]);
                    const auto& wanted = m_golden.logits[order[rows[i]]][layer];
                    for (std::size_t e = 0; e < count; ++e, ++compared)
                        largest = std::max(largest, std::abs(*value++ - wanted[position * count + e]));
                }
            }
        }
        std::size_t tokens = 0;
        for (const std::size_t i : order)
            tokens += m_golden.sentences[i].size();
        EXPECT_EQ(compared, tokens * experts);
        EXPECT_LE(largest, kTolerance);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, CausalParity, testing::Values("textbook", "paper"),
    [](const auto& variant) { return variant.param; });

} // namespace
} // namespace sida::predictor
