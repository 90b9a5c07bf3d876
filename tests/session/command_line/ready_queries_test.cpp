// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/session/command_line/process.h"
#include "tests/support/temp_folder.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

/// The queries of docs/session-format.md, put to a session of the demo by SQLite's own shell: what a reader
/// of that page does.
namespace sida
{
namespace
{

using nlohmann::json;
using Lines = std::vector<std::string>;

Lines linesOf(const std::string& text)
{
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

Lines fieldsOf(const std::string& line)
{
    Lines fields;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, '|');)
        fields.push_back(field);
    return fields;
}

class ReadyQueries : public testing::Test
{
protected:
    /// One run for all of them: the demo with so little memory that copies are late and go to waste.
    static void SetUpTestSuite()
    {
        const std::string demo = SIDA_SOURCE_DIR "/resources/demo/";
        m_folder = std::make_unique<test::TempFolder>();
        const auto done = test::runProgram(
            {SIDA_BIN_DIR "/sida", "run", "--model", demo + "model", "--dataset", demo + "dev.tsv", "--task",
             "sst2", "--predictor", demo + "predictor.safetensors", "--policy", "sida", "--budget", "30%",
             "--session", session(), "--json"});
        ASSERT_EQ(done.status, 0) << done.err;
        m_run = json::parse(done.out);
        const std::string text
            = test::contentOf(std::filesystem::path(SIDA_SOURCE_DIR) / "docs/session-format.md");
        const std::regex fence("```sql\n([^`]*)```");
        m_queries.clear();
        for (std::sregex_iterator match(text.begin(), text.end(), fence), end; match != end; ++match)
            m_queries.push_back((*match)[1]);
    }
    static void TearDownTestSuite() { m_folder.reset(); }

    static std::string session() { return (*m_folder / "run.sida").string(); }

    /// The rows of the query with that number, counted from 1.
    static Lines rows(std::size_t number)
    {
        if (number > m_queries.size())
            return {};
        const auto done
            = test::runProgram({"/usr/bin/env", "sqlite3", "-readonly", session(), m_queries[number - 1]});
        EXPECT_EQ(done.status, 0) << done.err;
        EXPECT_EQ(done.err, "");
        return linesOf(done.out);
    }

    static std::unique_ptr<test::TempFolder> m_folder;
    static json m_run;
    static Lines m_queries;
};

std::unique_ptr<test::TempFolder> ReadyQueries::m_folder;
json ReadyQueries::m_run;
Lines ReadyQueries::m_queries;

TEST_F(ReadyQueries, ThereAreTenAndEachAnswersWithoutAComplaint)
{
    ASSERT_EQ(m_queries.size(), 10U);
    constexpr std::size_t kLateCopies = 6; // a slow enough machine has none
    for (std::size_t number = 1; number <= m_queries.size(); ++number) {
        const bool answered = !rows(number).empty();
        EXPECT_TRUE(answered || number == kLateCopies) << "query " << number;
    }
}

TEST_F(ReadyQueries, HitsByLayerAddUpToThoseOfTheRun)
{
    double uses = 0;
    double hits = 0;
    for (const std::string& line : rows(2)) {
        const Lines fields = fieldsOf(line);
        ASSERT_EQ(fields.size(), 3U);
        uses += std::stod(fields[1]);
        hits += std::stod(fields[1]) * std::stod(fields[2]);
    }
    EXPECT_EQ(uses, m_run["experts"]["uses"].get<double>());
    EXPECT_NEAR(hits / uses, m_run["experts"]["hits"].get<double>() / uses, 0.0005);
}

TEST_F(ReadyQueries, StallsByCauseAddUpToThoseOfTheRun)
{
    double milliseconds = 0;
    for (const std::string& line : rows(3))
        milliseconds += std::stod(fieldsOf(line).at(2));
    EXPECT_NEAR(milliseconds, m_run["stall_ms"]["total"].get<double>(), 0.01);
}

TEST_F(ReadyQueries, ThePeakOfMemoryIsThatOfTheRun)
{
    EXPECT_EQ(
        std::stoull(fieldsOf(rows(4).at(0)).at(1)), m_run["memory"]["peak_bytes"].get<unsigned long long>());
}

TEST_F(ReadyQueries, SamplesBySecondAddUpToThoseOfTheRun)
{
    unsigned long long samples = 0;
    for (const std::string& line : rows(8))
        samples += std::stoull(fieldsOf(line).at(1));
    EXPECT_EQ(samples, m_run["samples"].get<unsigned long long>());
}

} // namespace
} // namespace sida
