// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A recorded run must answer for each use of each expert when it was predicted, queued, copied, used and
// evicted, to anybody who asks in SQL.
#include "loaded_engine.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <string>

namespace sida
{
namespace
{

class UseLife : public testing::Test
{
protected:
    void SetUp() override
    {
        const std::filesystem::path demo = std::filesystem::path(SIDA_SOURCE_DIR) / "resources/demo";
        test::LoadedEngine engine;
        engine.loadModel(demo / "model");
        engine.loadDataset(demo / "dev.tsv", 30);
        engine.loadPredictor(demo / "predictor.safetensors");
        api::RunOptions options;
        options.policy = api::Policy::sida;
        options.budget = units::Budget::ofShare(0.3);
        options.session = m_folder / "demo.sida";
        m_result = engine.run(options);
        ASSERT_EQ(sqlite3_open(options.session.c_str(), &m_database), SQLITE_OK);
    }
    void TearDown() override { sqlite3_close(m_database); }

    /// The only value that a query gives.
    std::int64_t ask(const std::string& sql)
    {
        sqlite3_stmt* statement = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(m_database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
            << sqlite3_errmsg(m_database);
        EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sql;
        const std::int64_t value = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        return value;
    }
    std::int64_t uses(const std::string& where)
    {
        return ask("SELECT count(*) FROM use_life WHERE " + where);
    }

    test::TempFolder m_folder;
    api::RunResult m_result;
    sqlite3* m_database = nullptr;
};

TEST_F(UseLife, IsToldOfEveryUse)
{
    const auto all = static_cast<std::int64_t>(m_result.figures.uses);
    ASSERT_GT(all, 0);
    EXPECT_EQ(uses("true"), all);
    for (std::size_t i = 0; i < api::kOutcomes; ++i)
        EXPECT_EQ(
            uses("outcome = '" + std::string(api::name(static_cast<api::Outcome>(i))) + "'"),
            static_cast<std::int64_t>(m_result.figures.outcomes[i]));
    // Each was served by a copy that had ended, in the slot that the use names.
    EXPECT_EQ(
        uses("queued_ns <= copy_begin_ns AND copy_begin_ns <= copy_end_ns AND copy_end_ns <= used_ns"), all);
    EXPECT_EQ(uses("first_used_ns BETWEEN copy_end_ns AND used_ns"), all);
    EXPECT_EQ(uses("evicted_ns IS NULL OR (evicted_ns >= used_ns AND eviction_reason = 'slot_needed')"), all);
    EXPECT_EQ(uses("predicted_ns IS NULL"), uses("predicted = 0"));
    EXPECT_GT(uses("evicted_ns IS NOT NULL"), 0);
}

TEST_F(UseLife, AgreesWithTheOutcome)
{
    const std::string joined
        = "SELECT count(*) FROM use_life u JOIN layers l ON l.batch = u.batch AND l.layer = u.layer WHERE ";
    EXPECT_EQ(ask(joined + "outcome = 'hit' AND copy_end_ns > l.end_ns"), 0);
    EXPECT_EQ(ask(joined + "outcome <> 'hit' AND copy_end_ns < l.begin_ns"), 0)
        << "what had arrived is a hit";
    EXPECT_EQ(ask(joined + "outcome = 'unpredicted' AND kind <> 'on_demand'"), 0);
    EXPECT_EQ(ask(joined + "outcome = 'unpredicted' AND predicted > 0"), 0);
    EXPECT_EQ(
        ask(joined
            + "outcome = 'evicted_early' AND NOT EXISTS (SELECT 1 FROM evictions e JOIN batches b ON b.batch "
              "= "
              "u.batch WHERE e.layer = u.layer AND e.expert = u.expert AND e.time_ns BETWEEN "
              "b.table_ready_ns "
              "AND l.end_ns)"),
        0);
}

TEST_F(UseLife, HasTheBytesOfEveryCopy)
{
    // Copies that served uses, those that were evicted unused and those that still wait are all copies.
    const std::int64_t served
        = ask("SELECT count(*) FROM (SELECT DISTINCT layer, expert, copy_begin_ns FROM use_life)");
    const std::int64_t unused = ask("SELECT count(*) FROM evictions WHERE used = 0");
    const std::int64_t copies = ask("SELECT count(*) FROM transfers");
    EXPECT_GE(copies, served + unused);
    EXPECT_LE(copies, served + unused + ask("SELECT count(DISTINCT slot) FROM transfers"));
    EXPECT_EQ(
        ask("SELECT sum(bytes) FROM transfers"), static_cast<std::int64_t>(m_result.figures.transferBytes));
}

} // namespace
} // namespace sida
