// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/module.h"
#include "reference_encoder.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace sida::cuda::test
{

namespace
{

struct Case {
    const char* name;
    api::DType type;
    int dModel, heads, dKv, dFf;
    std::vector<int> experts;
    double bound; ///< largest difference as a share of the largest value
};

void PrintTo(const Case& value, std::ostream* out)
{
    *out << value.name;
}

struct Batch {
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> offsets{0};
};

Batch someBatch(const std::vector<int>& lengths, int vocabulary, unsigned seed)
{
    std::mt19937 random(seed);
    Batch batch;
    for (const int length : lengths) {
        for (int i = 0; i < length; ++i)
            batch.ids.push_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(vocabulary)));
        batch.offsets.push_back(static_cast<std::int32_t>(batch.ids.size()));
    }
    return batch;
}

} // namespace

class CudaEncoder : public testing::TestWithParam<Case>
{
protected:
    void SetUp() override
    {
        const Result<Module*> module = loadModule();
        if (!module)
            GTEST_SKIP() << module.error().message;
        m_module = *module;
    }

    ReferenceEncoder reference(int longest = 150) const
    {
        const Case& c = GetParam();
        EncoderShape shape;
        shape.dModel = c.dModel;
        shape.heads = c.heads;
        shape.dKv = c.dKv;
        shape.dFf = c.dFf;
        shape.vocabulary = 50;
        shape.experts = c.experts;
        for (const int experts : c.experts)
            shape.slots += experts;
        shape.slots += 2;
        shape.tokens = std::max(640, longest);
        shape.sequences = 20;
        shape.longest = longest;
        return {shape, c.type, 11};
    }

    /// With expert e of layer l in the slot that `slotOf` names.
    template <typename SlotOf>
    std::unique_ptr<Encoder> make(const ReferenceEncoder& reference, SlotOf slotOf)
    {
        auto encoder = m_module->makeEncoder(GetParam().type, reference.shape(), reference.weights());
        EXPECT_TRUE(encoder) << encoder.error().message;
        if (!encoder)
            return nullptr;
        int layer = 0;
        int index = 0;
        for (const int experts : reference.shape().experts) {
            if (experts == 0)
                continue;
            for (int expert = 0; expert < experts; ++expert) {
                const int slot = slotOf(index++);
                EXPECT_TRUE((*encoder)->fillSlot(slot, reference.expert(layer, expert)));
                EXPECT_TRUE((*encoder)->place(layer, expert, slot));
            }
            ++layer;
        }
        return std::move(*encoder);
    }

    std::vector<float> hiddenOf(Encoder& encoder, const Batch& batch)
    {
        const Status status = encoder.run(batch.ids, batch.offsets);
        EXPECT_TRUE(status) << status.error().message;
        auto hidden = encoder.hidden();
        EXPECT_TRUE(hidden);
        return hidden ? *hidden : std::vector<float>();
    }

    Module* m_module = nullptr;
    int m_compared = 0;
};

TEST_P(CudaEncoder, ComesNearDoublePrecisionForEveryShapeOfBatch)
{
    const ReferenceEncoder reference = this->reference();
    const auto encoder = make(reference, [](int index) { return index; });
    ASSERT_TRUE(encoder);
    for (const std::vector<int>& lengths :
         {std::vector<int>{1},
          {7},
          {25},
          {3, 9, 1, 25},
          {64, 2},
          {65, 70},
          {150, 1, 33, 150},
          std::vector<int>(20, 31)}) {
        const Batch batch = someBatch(lengths, 50, static_cast<unsigned>(lengths.size()));
        const ReferenceEncoder::Outputs wanted = reference.run(batch.ids, batch.offsets);
        const std::vector<float> found = hiddenOf(*encoder, batch);
        ASSERT_EQ(found.size(), wanted.hidden.size());
        double largest = 0;
        double difference = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            largest = std::max(largest, std::abs(wanted.hidden[i]));
            difference = std::max(difference, std::abs(found[i] - wanted.hidden[i]));
        }
        // Where two experts are nearly equally probable, rounding decides and everything after it differs.
        if (GetParam().type == api::DType::f32 || wanted.narrowestChoice > 0.02) {
            EXPECT_LE(difference, GetParam().bound * largest) << lengths.size() << " sequences";
            ++m_compared;
        }
        int layer = 0;
        for (const std::vector<int>& routed : wanted.routed) {
            const auto counts = encoder->routed(layer++);
            ASSERT_TRUE(counts);
            EXPECT_EQ(std::accumulate(counts->begin(), counts->end(), 0), static_cast<int>(batch.ids.size()));
            if (GetParam().type == api::DType::f32) {
                EXPECT_TRUE(std::equal(routed.begin(), routed.end(), counts->begin()));
            }
        }
    }
    EXPECT_GT(m_compared, 0) << "every batch had a choice too narrow to compare";
}

TEST_P(CudaEncoder, GivesTheSameBitsWhereverTheExpertsAre)
{
    const ReferenceEncoder reference = this->reference();
    const auto straight = make(reference, [](int index) { return index; });
    const int slots = reference.shape().slots;
    const auto reversed = make(reference, [slots](int index) { return slots - 1 - index; });
    ASSERT_TRUE(straight && reversed);
    for (const std::vector<int>& lengths : {std::vector<int>{25}, {40, 3, 150}, std::vector<int>(20, 30)}) {
        const Batch batch = someBatch(lengths, 50, 3);
        EXPECT_EQ(hiddenOf(*straight, batch), hiddenOf(*reversed, batch));
    }
}

TEST_P(CudaEncoder, GivesTheSameBitsEachTime)
{
    const ReferenceEncoder reference = this->reference();
    const auto encoder = make(reference, [](int index) { return index; });
    ASSERT_TRUE(encoder);
    const Batch batch = someBatch({25, 60, 31}, 50, 4);
    const std::vector<float> first = hiddenOf(*encoder, batch);
    for (int i = 0; i < 20; ++i)
        ASSERT_EQ(hiddenOf(*encoder, batch), first);
}

TEST_P(CudaEncoder, AShortBatchAfterALongOneGivesWhatItGivesAlone)
{
    const ReferenceEncoder reference = this->reference(2000);
    const auto here = [](int index) { return index; };
    const auto encoder = make(reference, here);
    const auto fresh = make(reference, here);
    ASSERT_TRUE(encoder && fresh);
    (void)hiddenOf(*encoder, someBatch({2000}, 50, 6));
    (void)hiddenOf(*encoder, someBatch({1999}, 50, 7));
    const Batch batch = someBatch({5}, 50, 8);
    const std::vector<float> wanted = hiddenOf(*fresh, batch);
    EXPECT_EQ(hiddenOf(*encoder, batch), wanted);
}

TEST_P(CudaEncoder, AnExpertThatIsNotOnTheDeviceIsAnError)
{
    const ReferenceEncoder reference = this->reference();
    const auto encoder = make(reference, [](int index) { return index; });
    ASSERT_TRUE(encoder);
    if (reference.shape().experts == std::vector<int>(reference.shape().experts.size(), 0))
        GTEST_SKIP() << "a model without experts";
    const Batch batch = someBatch({60}, 50, 5);
    ASSERT_TRUE(encoder->run(batch.ids, batch.offsets));
    const int most = *std::max_element(GetParam().experts.begin(), GetParam().experts.end());
    for (int expert = 0; expert < most; ++expert)
        ASSERT_TRUE(encoder->place(0, expert, -1));
    const Status status = encoder->run(batch.ids, batch.offsets);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, testing::HasSubstr("not on the device"));
}

TEST_P(CudaEncoder, ABatchThatItWasNotMadeForIsRefused)
{
    const ReferenceEncoder reference = this->reference();
    const auto encoder = make(reference, [](int index) { return index; });
    ASSERT_TRUE(encoder);
    const auto refused = [&](std::vector<std::int32_t> ids, std::vector<std::int32_t> offsets) {
        return !encoder->run(ids, offsets);
    };
    EXPECT_TRUE(refused({}, {0}));
    EXPECT_TRUE(refused({1, 2}, {0, 3}));
    EXPECT_TRUE(refused({1, 50}, {0, 2})) << "an id beyond the vocabulary";
    EXPECT_TRUE(refused({1, -1}, {0, 2}));
    EXPECT_TRUE(refused({1, 2}, {0, 2, 2})) << "an empty sequence";
    EXPECT_TRUE(refused(std::vector<std::int32_t>(151, 1), {0, 151})) << "too long";
}

// bf16 keeps 8 bits of a number and rounds after each of some eight operators of a block, f16 keeps 11.
INSTANTIATE_TEST_SUITE_P(
    Shapes, CudaEncoder,
    testing::Values(
        Case{"f32", api::DType::f32, 64, 4, 16, 128, {0, 4, 0, 4}, 2e-5},
        Case{"f32_odd_sizes", api::DType::f32, 40, 3, 8, 72, {0, 5, 7}, 2e-5},
        Case{"f32_dense", api::DType::f32, 48, 2, 24, 80, {0, 0}, 2e-5},
        Case{"f32_many_experts", api::DType::f32, 32, 2, 16, 64, {0, 300}, 2e-5},
        Case{"bf16", api::DType::bf16, 64, 4, 16, 128, {0, 4, 0, 4}, 5e-2},
        Case{"bf16_wide_heads", api::DType::bf16, 128, 2, 64, 256, {0, 8}, 5e-2},
        Case{"bf16_odd_sizes", api::DType::bf16, 40, 3, 8, 72, {0, 5, 7}, 5e-2},
        Case{"bf16_not_of_eight", api::DType::bf16, 36, 3, 12, 68, {0, 4}, 5e-2},
        Case{"f16", api::DType::f16, 64, 4, 16, 128, {0, 4, 0, 4}, 1e-2},
        Case{"f16_long_inner", api::DType::f16, 1096, 2, 32, 128, {4}, 1e-2}),
    [](const auto& named) { return std::string(named.param.name); });

} // namespace sida::cuda::test
