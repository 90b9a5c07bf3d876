// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/packing.h"

#include "session_support.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace sida::session::test
{

namespace
{

constexpr auto kColumns = std::to_array<PackedColumn>(
    {{"owner", Held::once},
     {"small", Held::number, 1, 1},
     {"large", Held::number, 3},
     {"batch", Held::sinceBaseBatch, 2},
     {"begin_ns", Held::sinceBase, 3},
     {"end_ns", Held::sincePrevious, 3},
     {"used_ns", Held::sinceBaseOrZero, 3}});

ColumnValues
row(std::int64_t owner, std::int64_t small, std::int64_t large, std::int64_t batch, std::int64_t begin,
    std::int64_t end, std::int64_t used)
{
    ColumnValues values;
    values.bind(owner, small, large, batch, begin, end, used);
    return values;
}

std::vector<ColumnValues> packedAndUnpacked(const std::vector<ColumnValues>& rows)
{
    std::vector<ColumnValues> found;
    std::span<const ColumnValues> rest(rows);
    while (!rest.empty()) {
        PackedRow packed;
        const std::size_t count = packedTogether(kColumns, rest);
        const Status status = pack(kColumns, rest.first(count), packed);
        EXPECT_TRUE(status) << status.error().message;
        EXPECT_TRUE(unpack(kColumns, packed, found));
        rest = rest.subspan(count);
    }
    return found;
}

} // namespace

TEST(PackedRows, AreTheSameAfterwards)
{
    std::mt19937_64 random(7);
    const auto upTo = [&](std::int64_t most) {
        // Small and large numbers alike: every length of a character occurs.
        return std::uniform_int_distribution<std::int64_t>(0, most >> (random() % 40))(random);
    };
    std::vector<ColumnValues> rows;
    for (int i = 0; i < 2000; ++i) {
        const std::int64_t begin = 1'000'000'000 + upTo((std::int64_t{1} << 45) - 1);
        rows.push_back(
            row(i / 50, upTo(32766) - 1, upTo((std::int64_t{1} << 45) - 1), 100 + upTo(1 << 29), begin,
                begin + upTo((std::int64_t{1} << 45) - 1), i % 3 == 0 ? 0 : begin));
    }
    EXPECT_EQ(packedAndUnpacked(rows), rows);
}

TEST(PackedRows, GoTogetherUpTo32ThatAgreeInWhatIsHeldOnce)
{
    std::vector<ColumnValues> rows(40, row(1, 0, 0, 0, 0, 0, 0));
    EXPECT_EQ(packedTogether(kColumns, rows), 32U);
    rows[5] = row(2, 0, 0, 0, 0, 0, 0);
    EXPECT_EQ(packedTogether(kColumns, rows), 5U);
    EXPECT_EQ(packedTogether(kColumns, {}), 0U);
}

TEST(PackedRows, TellWhichColumnCannotHoldAValue)
{
    const auto why = [](const ColumnValues& values) {
        PackedRow packed;
        const Status status = pack(kColumns, {&values, 1}, packed);
        return status ? std::string() : status.error().message;
    };
    EXPECT_EQ(why(row(1, -1, 0, 0, 0, 0, 0)), "");
    EXPECT_THAT(why(row(1, -2, 0, 0, 0, 0, 0)), testing::HasSubstr("'small'"));
    EXPECT_THAT(why(row(1, 32767, 0, 0, 0, 0, 0)), testing::HasSubstr("'small'"));
    EXPECT_THAT(why(row(1, 0, std::int64_t{1} << 45, 0, 0, 0, 0)), testing::HasSubstr("'large'"));
    EXPECT_THAT(why(row(1, 0, 0, 0, 50, 49, 0)), testing::HasSubstr("'end_ns'"));
}

TEST(PackedRows, AreReadByAnySqlite)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(4, 9);
    writeSession(folder / "run.sida", recording);
    const auto lines = query(
        folder / "run.sida",
        "SELECT batch, layer, expert, routed, predicted, outcome, slot, used_ns FROM uses ORDER BY 1, 2, 3");
    ASSERT_EQ(lines.size(), recording.rows.uses.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const api::UseRow& use = recording.rows.uses[i];
        EXPECT_EQ(
            lines[i],
            fmt::format(
                "{}|{}|{}|{}|{}|{}|{}|{}", use.batch, use.key.layer, use.key.expert, use.routed,
                use.predicted, static_cast<int>(use.outcome), use.slot, use.used));
    }
    const auto transfers = query(
        folder / "run.sida",
        "SELECT count(*), sum(bytes), sum(slot), sum(batch), sum(queued_ns), sum(begin_ns), sum(end_ns), "
        "sum(kind), sum(layer * 100 + expert) FROM transfers");
    std::array<std::int64_t, 9> sums{};
    for (const api::TransferRow& copy : recording.rows.transfers) {
        const std::array<std::int64_t, 9> values{
            1,
            static_cast<std::int64_t>(copy.bytes),
            copy.slot,
            copy.batch,
            copy.queued,
            copy.begin,
            copy.end,
            static_cast<std::int64_t>(copy.kind),
            copy.key.layer * 100 + copy.key.expert};
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += values[i];
    }
    EXPECT_EQ(transfers, std::vector<std::string>{fmt::format("{}", fmt::join(sums, "|"))});
    const auto stalls
        = query(folder / "run.sida", "SELECT count(*), sum(end_ns - begin_ns), sum(cause) FROM stalls");
    std::array<std::int64_t, 3> stallSums{};
    for (const api::StallRow& stall : recording.rows.stalls) {
        stallSums[0] += 1;
        stallSums[1] += stall.end - stall.begin;
        stallSums[2] += static_cast<std::int64_t>(stall.cause);
    }
    EXPECT_EQ(stalls, std::vector<std::string>{fmt::format("{}", fmt::join(stallSums, "|"))});
    const auto evictions = query(
        folder / "run.sida",
        "SELECT count(*), sum(time_ns), sum(reason), sum(used), sum(slot) FROM evictions");
    std::array<std::int64_t, 5> evictionSums{};
    for (const api::EvictionRow& eviction : recording.rows.evictions) {
        evictionSums[0] += 1;
        evictionSums[1] += eviction.time;
        evictionSums[2] += static_cast<std::int64_t>(eviction.reason);
        evictionSums[3] += eviction.used ? 1 : 0;
        evictionSums[4] += eviction.slot;
    }
    EXPECT_EQ(evictions, std::vector<std::string>{fmt::format("{}", fmt::join(evictionSums, "|"))});
}

} // namespace sida::session::test
