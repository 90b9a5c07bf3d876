// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/create_engine.h"
#include "engine/session/session.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace sida::runtime
{
namespace
{

/// 60 samples through a tiny model with a predictor, recorded.
class CalibrationTest : public testing::Test
{
protected:
    void SetUp() override
    {
        test::writeTinyModel(m_folder / "model", m_tiny);
        test::writeTinyDataset(m_folder / "data.jsonl", m_tiny, 60, 20);
        const auto model = m_engine->loadModel(m_folder / "model", {}, {});
        ASSERT_TRUE(model) << model.error().message;
        test::writeTinyPredictor(m_predictor, m_tiny, model->identity);
        ASSERT_TRUE(m_engine->loadDataset(m_folder / "data.jsonl", {}, {}, {}));
    }

    /// As it stands in the session.
    std::shared_ptr<const api::Recording> recorded(int topK)
    {
        const auto predictor = m_engine->loadPredictor(m_predictor);
        EXPECT_TRUE(predictor) << predictor.error().message;
        api::RunOptions options;
        options.policy = api::Policy::sida;
        options.threads = 1;
        options.batchSize = 3;
        options.topK = topK;
        options.session = m_folder / "run.sida";
        const auto result = m_engine->run(options, {}, {});
        EXPECT_TRUE(result) << result.error().message;
        auto recording = session::readSession(options.session, {}, {});
        EXPECT_TRUE(recording) << recording.error().message;
        return *recording;
    }

    test::TinyModel m_tiny;
    test::TempFolder m_folder;
    std::filesystem::path m_predictor = m_folder / "predictor.safetensors";
    std::unique_ptr<api::Engine> m_engine = createEngine();
};

struct Sums {
    std::uint64_t tokens = 0;
    std::uint64_t hits = 0;
    bool operator==(const Sums&) const = default;
};

TEST_F(CalibrationTest, CountsEachTokenOfEachLayerOnceInTheBinOfItsAlpha)
{
    const auto recording = recorded(1);
    ASSERT_EQ(recording->rows.batches.size(), 20U); // more than are summed up in one row
    std::vector<Sums> hashed(2);
    for (const api::HashRow& row : recording->rows.hash) {
        hashed[row.layer].tokens += row.tokens;
        hashed[row.layer].hits += row.tokenHits; // with one expert a token, those of the first
    }
    std::vector<Sums> binned(2);
    std::set<std::uint32_t> batches;
    for (const api::CalibrationRow& row : recording->rows.calibration) {
        binned[row.layer].tokens += row.tokens;
        binned[row.layer].hits += row.hits;
        batches.insert(row.batch);
        const double mean = row.alpha / row.tokens;
        EXPECT_GE(mean, static_cast<double>(row.bin) / api::kAlphaBins - 1e-9);
        EXPECT_LE(mean, (row.bin + 1.0) / api::kAlphaBins + 1e-9);
    }
    EXPECT_GT(binned[0].tokens, 0U);
    EXPECT_EQ(binned, hashed);
    EXPECT_EQ(batches, (std::set<std::uint32_t>{15, 19}));
}

TEST_F(CalibrationTest, IsOfTheFirstExpertHoweverManyArePredicted)
{
    std::uint64_t first = 0;
    const auto one = recorded(1);
    for (const api::CalibrationRow& row : one->rows.calibration)
        first += row.hits;
    std::filesystem::remove(m_folder / "run.sida");
    const auto three = recorded(3);
    std::uint64_t hits = 0;
    std::uint64_t anyOfThree = 0;
    for (const api::CalibrationRow& row : three->rows.calibration)
        hits += row.hits;
    for (const api::HashRow& row : three->rows.hash)
        anyOfThree += row.tokenHits;
    EXPECT_EQ(hits, first);
    EXPECT_GT(anyOfThree, hits);
}

/// Weights that are numbers, but whose products are none.
TEST_F(CalibrationTest, APredictorWithoutSenseIsNoConfidenceAndNoFailure)
{
    std::fstream file(m_predictor, std::ios::in | std::ios::out | std::ios::binary);
    std::uint64_t header = 0;
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    const auto begin = static_cast<std::streamoff>(sizeof header + header);
    const auto end = static_cast<std::streamoff>(std::filesystem::file_size(m_predictor));
    const std::vector<float> huge(static_cast<std::size_t>(end - begin) / sizeof(float), 3e38F);
    file.seekp(begin);
    file.write(
        reinterpret_cast<const char*>(huge.data()),
        static_cast<std::streamsize>(huge.size() * sizeof(float)));
    file.close();
    const auto recording = recorded(1);
    EXPECT_EQ(recording->state, api::RecordingState::complete);
    ASSERT_FALSE(recording->rows.calibration.empty());
    for (const api::CalibrationRow& row : recording->rows.calibration) {
        EXPECT_GE(row.alpha, 0);
        EXPECT_LE(row.alpha, row.tokens);
    }
}

} // namespace
} // namespace sida::runtime
