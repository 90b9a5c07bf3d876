// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"
#include "engine/model/model.h"
#include "tests/unit/model/model_folder.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace sida;
using experts::HashTable;
using test::ModelFolder;
using test::TinyModel;
using testing::HasSubstr;

namespace
{

constexpr int kThreads = 2;

dataset::TokenBatch batchOf(const std::vector<int>& lengths, unsigned seed, int padding = 0)
{
    std::mt19937 random(seed);
    dataset::TokenBatch batch;
    batch.rows = static_cast<int>(lengths.size());
    batch.length = *std::max_element(lengths.begin(), lengths.end()) + padding;
    batch.lengths = lengths;
    for (std::size_t row = 0; row < lengths.size(); ++row) {
        batch.samples.push_back(row);
        for (int i = 0; i < batch.length; ++i)
            batch.ids.push_back(i < lengths[row] ? static_cast<std::int32_t>(random() % 50) : 0);
    }
    return batch;
}

std::size_t tokensOf(const dataset::TokenBatch& batch)
{
    return static_cast<std::size_t>(std::accumulate(batch.lengths.begin(), batch.lengths.end(), 0));
}

model::ForwardResult
run(const model::Model& model, const dataset::TokenBatch& batch, model::ExpertSource& source,
    const HashTable* table = nullptr, const model::ForwardHooks* hooks = nullptr)
{
    model::ForwardOptions options;
    options.wantHidden = true;
    options.routing = table;
    options.hooks = hooks;
    auto result = model.forward(batch, source, options);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : model::ForwardResult{};
}

model::ForwardResult
run(const model::Model& model, const dataset::TokenBatch& batch, const HashTable* table = nullptr)
{
    model::HostExpertSource source(model.experts());
    return run(model, batch, source, table);
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Hands experts out in random order, sometimes one at a time, from copies elsewhere in memory, and checks
/// how it is used.
class RandomSource final : public model::ExpertSource
{
public:
    RandomSource(const experts::HostStore& store, unsigned seed)
        : m_store(store)
        , m_random(seed)
    {
    }

    void beginLayer(int moeLayer, std::span<const model::ActiveExpert> active) override
    {
        m_layer = moeLayer;
        m_active = active;
        m_left.resize(active.size());
        std::iota(m_left.begin(), m_left.end(), std::size_t{0});
        std::shuffle(m_left.begin(), m_left.end(), m_random);
        for (std::size_t i = 0; i < active.size(); ++i) {
            EXPECT_GT(active[i].rows, 0u);
            EXPECT_TRUE(i == 0 || active[i - 1].expert < active[i].expert);
            m_rows += active[i].rows;
            m_asked.insert({static_cast<std::uint16_t>(moeLayer), active[i].expert});
        }
    }
    Ready next() override
    {
        EXPECT_EQ(m_held, 0) << "waits while it holds an expert";
        return handOut();
    }
    std::optional<Ready> nextIfReady() override
    {
        if (m_left.empty() || m_random() % 2 == 0)
            return std::nullopt;
        return handOut();
    }
    void release(std::size_t index) override
    {
        --m_held;
        EXPECT_FALSE(m_copies.at(index).empty());
        std::fill(m_copies.at(index).begin(), m_copies.at(index).end(), std::byte{0xff}); // NaN if still used
    }
    void endLayer() override
    {
        EXPECT_TRUE(m_left.empty());
        EXPECT_EQ(m_held, 0);
        m_copies.clear();
    }

    std::uint64_t rows() const { return m_rows; }
    const std::set<ExpertKey>& asked() const { return m_asked; }

private:
    Ready handOut()
    {
        const std::size_t index = m_left.back();
        m_left.pop_back();
        ++m_held;
        auto& copy = m_copies[index];
        copy.resize(m_store.blockBytes() + 256);
        const std::size_t shift = 16 * (m_random() % 8);
        const ExpertKey key{static_cast<std::uint16_t>(m_layer), m_active[index].expert};
        std::memcpy(copy.data() + shift, m_store.block(key), m_store.blockBytes());
        return {index, copy.data() + shift};
    }

    const experts::HostStore& m_store;
    std::mt19937 m_random;
    int m_layer = 0;
    int m_held = 0;
    std::uint64_t m_rows = 0;
    std::span<const model::ActiveExpert> m_active;
    std::vector<std::size_t> m_left;
    std::map<std::size_t, std::vector<std::byte>> m_copies;
    std::set<ExpertKey> m_asked;
};

HashTable tableFor(
    const model::Model& model, const dataset::TokenBatch& batch, int k,
    const std::function<std::uint16_t(int layer, std::size_t token, int choice)>& choose, float alpha)
{
    HashTable table;
    table.k = k;
    table.tokens = static_cast<int>(tokensOf(batch));
    for (int layer = 0; layer < model.experts().layers(); ++layer) {
        auto& entries = table.layers.emplace_back();
        for (std::size_t token = 0; token < tokensOf(batch); ++token) {
            for (int i = 0; i < k; ++i) {
                entries.experts.push_back(choose(layer, token, i));
                entries.alpha.push_back(alpha);
            }
        }
        experts::countPredicted(entries, model.experts().experts(layer));
    }
    return table;
}

/// By the width of an expert: one that comes out even is kept in panels, another in rows.
class SwitchForwardTest : public testing::TestWithParam<int>
{
protected:
    SwitchForwardTest() { at::set_num_threads(kThreads); }

    ModelFolder m_folder{TinyModel{.dFf = GetParam()}};
    std::unique_ptr<model::Model> m_model = model::loadModel(m_folder.path(), {}, {}).value();
    dataset::TokenBatch m_batch = batchOf({7, 1, 40, 12}, 11);
};

TEST_P(SwitchForwardTest, TheOrderAndThePlaceOfExpertsNeverChangeABit)
{
    const auto expected = run(*m_model, m_batch);
    for (unsigned seed = 0; seed < 20; ++seed) {
        RandomSource source(m_model->experts(), seed);
        const auto result = run(*m_model, m_batch, source);
        ASSERT_TRUE(sameBits(result.hidden, expected.hidden)) << seed;
        ASSERT_TRUE(sameBits(result.logits, expected.logits)) << seed;
        EXPECT_EQ(source.rows(), 2 * tokensOf(m_batch));
    }
}

TEST_P(SwitchForwardTest, TheNumberOfThreadsNeverChangesABit)
{
    const auto expected = run(*m_model, m_batch);
    for (const int threads : {1, 3, 5, 2}) {
        at::set_num_threads(threads);
        ASSERT_TRUE(sameBits(run(*m_model, m_batch).hidden, expected.hidden)) << threads;
    }
}

TEST_P(SwitchForwardTest, ASentenceGivesTheSameBitsAloneAndInABatchWithPadding)
{
    const auto padded = batchOf({7, 1, 40, 12}, 11, 9);
    const auto together = run(*m_model, padded);
    std::size_t token = 0;
    for (std::size_t row = 0; row < 4; ++row) {
        dataset::TokenBatch alone;
        alone.rows = 1;
        alone.length = padded.lengths[row];
        alone.lengths = {alone.length};
        alone.samples = {row};
        const auto first = padded.ids.begin() + static_cast<std::ptrdiff_t>(row) * padded.length;
        alone.ids.assign(first, first + alone.length);
        const auto result = run(*m_model, alone);
        const auto begin = together.hidden.begin() + static_cast<std::ptrdiff_t>(token) * 16;
        ASSERT_TRUE(sameBits(result.hidden, {begin, begin + alone.length * 16})) << row;
        const auto logits = together.logits.begin() + static_cast<std::ptrdiff_t>(row) * 3;
        ASSERT_TRUE(sameBits(result.logits, {logits, logits + 3})) << row;
        token += static_cast<std::size_t>(alone.length);
    }
}

TEST_P(SwitchForwardTest, ATableThatRepeatsTheRoutersGivesTheSameBitsAsExactRouting)
{
    std::vector<std::vector<std::uint16_t>> routed(2);
    std::vector<std::vector<float>> alpha(2);
    model::ForwardHooks hooks;
    hooks.routed = [&](int layer, std::span<const std::uint16_t> experts) {
        routed[static_cast<std::size_t>(layer)].assign(experts.begin(), experts.end());
    };
    hooks.routerLogits = [&](int layer, std::span<const float> logits, int experts) {
        for (std::size_t at = 0; at < logits.size(); at += static_cast<std::size_t>(experts)) {
            const auto row = logits.subspan(at, static_cast<std::size_t>(experts));
            const float best = *std::max_element(row.begin(), row.end());
            double sum = 0;
            for (const float logit : row)
                sum += std::exp(double(logit) - best);
            alpha[static_cast<std::size_t>(layer)].push_back(static_cast<float>(1 / sum));
        }
    };
    model::HostExpertSource source(m_model->experts());
    const auto exact = run(*m_model, m_batch, source, nullptr, &hooks);
    ASSERT_EQ(alpha[1].size(), tokensOf(m_batch));

    HashTable table = tableFor(
        *m_model, m_batch, 1,
        [&](int layer, std::size_t token, int) { return routed[static_cast<std::size_t>(layer)][token]; }, 1);
    for (std::size_t layer = 0; layer < 2; ++layer)
        table.layers[layer].alpha = alpha[layer];
    const auto predicted = run(*m_model, m_batch, &table);
    ASSERT_EQ(predicted.hidden.size(), exact.hidden.size());
    for (std::size_t i = 0; i < exact.hidden.size(); ++i)
        ASSERT_NEAR(predicted.hidden[i], exact.hidden[i], 2e-5); // alpha differs in its last place
}

TEST_P(SwitchForwardTest, PredictedRoutingAddsTheChoicesWithTheirWeights)
{
    // Two experts with the same weights: half of each must equal one of them, whatever the order.
    for (const std::string block : {"1", "3"}) {
        for (const std::string part : {".wi.weight", ".wo.weight"}) {
            const std::string expert = "encoder.block." + block + ".layer.1.mlp.experts.expert_";
            m_folder.tensors().at(expert + "6" + part) = m_folder.tensors().at(expert + "2" + part);
        }
    }
    m_folder.save();
    const auto model = model::loadModel(m_folder.path(), {}, {}).value();
    const auto one = tableFor(
        *model, m_batch, 1, [](int, std::size_t, int) { return 2; }, 0.8F);
    const auto two = tableFor(
        *model, m_batch, 2, [](int, std::size_t token, int i) { return (token + i) % 2 == 0 ? 6 : 2; }, 0.4F);
    const auto expected = run(*model, m_batch, &one).hidden;
    const auto halves = run(*model, m_batch, &two).hidden;
    ASSERT_EQ(halves.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(halves[i], expected[i], 1e-5);

    const auto other = tableFor(
        *model, m_batch, 1, [](int, std::size_t, int) { return 2; }, 0.3F);
    EXPECT_FALSE(sameBits(run(*model, m_batch, &other).hidden, expected));
}

/// A damaged file must not give plausible answers.
TEST_P(SwitchForwardTest, AWeightThatIsNoNumberShowsInTheAnswerAsUpstream)
{
    ModelFolder folder;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(folder.tensors().at("encoder.block.0.layer.1.mlp.wi.weight").data.data(), &nan, sizeof nan);
    folder.save();
    const auto model = model::loadModel(folder.path(), {}, {}).value();
    for (const auto& lengths : std::vector<std::vector<int>>{{1}, {3, 9}, {30, 30, 30}}) {
        const auto result = run(*model, batchOf(lengths, 1));
        EXPECT_TRUE(
            std::all_of(result.hidden.begin(), result.hidden.end(), [](float x) { return std::isnan(x); }));
    }
}

TEST_P(SwitchForwardTest, ExpertsWithoutTokensAreNeverAskedFor)
{
    RandomSource source(m_model->experts(), 1);
    const auto table = tableFor(
        *m_model, m_batch, 2, [](int layer, std::size_t, int i) { return layer == 0 ? i : 7; }, 0.5F);
    run(*m_model, m_batch, source, &table);
    EXPECT_EQ(source.asked(), (std::set<ExpertKey>{{0, 0}, {0, 1}, {1, 7}}));
    EXPECT_EQ(source.rows(), 4 * tokensOf(m_batch));
}

TEST_P(SwitchForwardTest, RefusesTokensAndTablesThatDoNotFitTheModel)
{
    model::HostExpertSource source(m_model->experts());
    auto batch = m_batch;
    batch.ids[2] = 50;
    const auto outside = m_model->forward(batch, source, {});
    ASSERT_FALSE(outside);
    EXPECT_THAT(outside.error().message, HasSubstr("id 50"));
    batch.ids[2] = -1;
    EXPECT_FALSE(m_model->forward(batch, source, {}));
    batch = m_batch;
    batch.lengths[0] = 41;
    EXPECT_FALSE(m_model->forward(batch, source, {}));

    const auto good = tableFor(
        *m_model, m_batch, 1, [](int, std::size_t, int) { return 0; }, 1);
    for (int fault = 0; fault < 4; ++fault) {
        HashTable table = good;
        if (fault == 0)
            table.layers.pop_back();
        else if (fault == 1)
            table.layers[1].experts[5] = 8;
        else if (fault == 2)
            table.layers[0].alpha.pop_back();
        else
            ++table.tokens;
        model::ForwardOptions options;
        options.routing = &table;
        EXPECT_FALSE(m_model->forward(m_batch, source, options)) << fault;
    }
    EXPECT_EQ(run(*m_model, m_batch).logits.size(), 12u); // and goes on working
}

/// Peak of a forward pass in a workspace of just the size that was promised to be enough.
std::uint64_t peakOf(const model::Model& model, const dataset::TokenBatch& batch, const HashTable* table)
{
    device::Workspace workspace(
        model.workspaceBytes({batch.rows, batch.length, table ? table->k : 1, kThreads}));
    const device::WorkspaceScope scope(workspace);
    run(model, batch, table);
    EXPECT_EQ(workspace.used(), 0u);
    return workspace.peak();
}

TEST_P(SwitchForwardTest, NoShapeAndNoRoutingTakesMoreThanTheWorkspaceThatIsPlanned)
{
    std::mt19937 random(5);
    for (int round = 0; round < 60; ++round) {
        std::vector<int> lengths(1 + random() % 9);
        for (int& length : lengths)
            length = static_cast<int>(1 + random() % (round % 10 == 0 ? 300 : 50));
        const auto batch = batchOf(lengths, random(), static_cast<int>(random() % 3));
        const int k = static_cast<int>(1 + random() % 4);
        const auto oneExpert = tableFor(
            *m_model, batch, k, [](int, std::size_t, int) { return 3; }, 0.3F);
        const auto all = tableFor(
            *m_model, batch, k, [](int, std::size_t token, int i) { return (token * 3 + i) % 8; }, 0.3F);
        const std::uint64_t bound = m_model->workspaceBytes({batch.rows, batch.length, k, kThreads});
        EXPECT_LE(peakOf(*m_model, batch, &oneExpert), bound);
        EXPECT_LE(peakOf(*m_model, batch, &all), bound);
        EXPECT_LE(
            peakOf(*m_model, batch, nullptr),
            m_model->workspaceBytes({batch.rows, batch.length, 1, kThreads}));
    }
}

TEST_P(SwitchForwardTest, ThePlannedWorkspaceIsNoMoreThanTwiceWhatFullBatchesTake)
{
    const auto batch = batchOf(std::vector<int>(8, 256), 3);
    EXPECT_LE(m_model->workspaceBytes({8, 256, 1, kThreads}), 2 * peakOf(*m_model, batch, nullptr));
}

TEST_P(SwitchForwardTest, AWorkspaceThatIsTooSmallIsAnErrorInWords)
{
    device::Workspace workspace(4096);
    const device::WorkspaceScope scope(workspace);
    model::HostExpertSource source(m_model->experts());
    const auto result = m_model->forward(m_batch, source, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::budget);
    EXPECT_THAT(result.error().message, HasSubstr("smaller batches"));
}

INSTANTIATE_TEST_SUITE_P(Experts, SwitchForwardTest, testing::Values(24, 32), [](const auto& width) {
    return width.param == 32 ? "InPanels" : "InRows";
});

} // namespace
