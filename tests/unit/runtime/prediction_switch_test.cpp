// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/prediction_switch.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace sida::runtime
{
namespace
{

/// A pipeline of two threads with a queue between them, in made-up time: what each batch takes.
struct Pipeline {
    Nanoseconds predicting = 0;
    Nanoseconds foretold = 0; ///< inference of a batch with a table
    Nanoseconds surprised = 0; ///< without

    static constexpr std::size_t kQueue = 8;
    PredictionSwitch decides = PredictionSwitch(kQueue);
    Nanoseconds now = 0; ///< of the hash-building thread
    std::vector<Nanoseconds> taken = {}; ///< when inference took each batch
    Nanoseconds free = 0; ///< when inference has ended them

    /// Share of so many batches that were predicted.
    double run(int batches)
    {
        int predicted = 0;
        for (int i = 0; i < batches; ++i) {
            const bool on = decides.isOn();
            predicted += on ? 1 : 0;
            now += on ? predicting : 0;
            if (taken.size() >= kQueue) // room in the queue
                now = std::max(now, taken[taken.size() - kQueue]);
            const bool starved = taken.empty() || taken.back() <= now;
            const Nanoseconds begin = std::max(now, free);
            taken.push_back(begin);
            free = begin + (on ? foretold : surprised);
            decides.note(now, 25, starved);
        }
        return static_cast<double>(predicted) / batches;
    }
};

TEST(PredictionSwitch, APredictorThatIsAheadIsNeverTurnedOff)
{
    Pipeline pipeline{500'000, 1'000'000, 900'000};
    EXPECT_EQ(pipeline.run(5000), 1.0);
}

TEST(PredictionSwitch, ASlowPredictorThatSavesNothingIsTurnedOffAndTheRunIsAsFastAsWithoutIt)
{
    Pipeline pipeline{2'000'000, 700'000, 700'000};
    pipeline.run(200);
    const Nanoseconds before = pipeline.free;
    EXPECT_LT(pipeline.run(5000), 0.08);
    EXPECT_LT(static_cast<double>(pipeline.free - before), 1.15 * 5000 * 700'000);
}

TEST(PredictionSwitch, ASlowPredictorThatSavesMoreThanItTakesIsKeptAndSeldomTriedWithout)
{
    Pipeline pipeline{2'000'000, 700'000, 9'000'000};
    EXPECT_GT(pipeline.run(10000), 0.95);
}

TEST(PredictionSwitch, ABudgetThatShrinksBringsPredictionBackAtOnce)
{
    Pipeline pipeline{2'000'000, 700'000, 700'000};
    pipeline.run(2000);
    EXPECT_FALSE(pipeline.decides.isOn());
    pipeline.surprised = 9'000'000;
    pipeline.foretold = 1'500'000;
    pipeline.run(200);
    EXPECT_TRUE(pipeline.decides.isOn());
    EXPECT_GT(pipeline.run(2000), 0.9);
}

TEST(PredictionSwitch, ABudgetThatGrowsTurnsPredictionOffAfterAWhile)
{
    Pipeline pipeline{2'000'000, 1'500'000, 9'000'000};
    pipeline.run(2000);
    EXPECT_TRUE(pipeline.decides.isOn());
    pipeline.surprised = pipeline.foretold = 700'000;
    pipeline.run(6000);
    EXPECT_FALSE(pipeline.decides.isOn());
}

} // namespace
} // namespace sida::runtime
