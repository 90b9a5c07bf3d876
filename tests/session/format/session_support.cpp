// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <sqlite3.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace sida::session::test
{

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (fs::temp_directory_path() / "sida-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error("no temporary folder");
    m_path = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    fs::permissions(m_path, fs::perms::owner_all, ignored);
    fs::remove_all(m_path, ignored);
}

api::RunHeader someHeader(std::uint64_t batches)
{
    api::RunHeader header;
    header.modelName = "switch-tiny";
    header.datasetName = "müßig \"quoted\".tsv";
    header.predictorName = "shadow";
    header.policy = api::Policy::onDemand;
    header.routing = api::Routing::predicted;
    header.eviction = api::Eviction::lru;
    header.device = api::DeviceKind::cuda;
    header.dtype = api::DType::bf16;
    header.batchSize = 3;
    header.topK = 2;
    header.lookahead = 5;
    header.moeLayers
        = {"encoder.block.1.layer.1.mlp", "encoder.block.3.layer.1.mlp", "decoder.block.1.layer.2.mlp"};
    header.expertsPerLayer = {8, 8, 16};
    header.expertBytes = 9'437'184;
    header.residentBytes = 400'000'000;
    header.smallestBytes = 50'000'000;
    header.totalBatches = batches;
    header.totalSamples = batches * 3;
    header.loadSeconds = 1.25;
    header.metricName = "accuracy";
    header.provenance = {{"sida_version", "0.1.0"}, {"seed", "7"}, {"empty", ""}, {"seed", "twice"}};
    header.training = {{1, 0.75, 0.5, 0.625, 2.5, "shadow"}, {2, 0.25, 0.75, 0.875, 2.25, "shadow"}};
    return header;
}

namespace
{

class BatchMaker
{
public:
    BatchMaker(std::uint32_t batch, unsigned seed)
        : m_random(seed * 1'000'003U + batch)
        , m_batch(batch)
        , m_start(Nanoseconds{batch} * 10'000'000)
    {
    }

    api::RecordingChunk make()
    {
        m_rows.batches = {{m_batch, m_start, m_start + 9'000'000, 3, upTo(500), m_start - 1}};
        m_rows.hashBuilds = {{m_batch, m_start, m_start + 1000}};
        for (std::uint16_t layer = 0; layer < 3; ++layer)
            addLayer(layer);
        m_rows.memory = {{m_start, {100, 20, upTo(1000), 5, upTo(90), 7}, 2000}};
        m_rows.budgets = {{m_start, 2000, upTo(9000), upTo(1) == 1, "zu klein: needs 7 MiB"}};
        m_rows.prefetchSwitches
            = {{m_start, m_batch, static_cast<std::uint16_t>(upTo(2)), upTo(1) == 1, 0.125F}};
        for (std::uint64_t i = 0; i < 3; ++i)
            m_rows.samples.push_back(
                {m_batch * 3 + i, m_batch, upTo(60), answer(), answer(), -1, upTo(9), upTo(900) / 8.0});
        m_rows.droppedEvents = m_batch / 2;
        return m_rows;
    }

private:
    std::uint32_t upTo(std::uint32_t most)
    {
        return std::uniform_int_distribution<std::uint32_t>(0, most)(m_random);
    }
    std::int32_t answer() { return static_cast<std::int32_t>(upTo(3)) - 1; }

    void addLayer(std::uint16_t layer)
    {
        const Nanoseconds begin = m_start + layer * 3'000'000;
        m_rows.layers.push_back({m_batch, layer, begin, begin + 2'000'000});
        m_rows.calibration.push_back(
            {m_batch, layer, static_cast<std::uint16_t>(upTo(9)), 90, upTo(90), upTo(900) / 16.0});
        m_rows.hash.push_back({m_batch, layer, upTo(90), upTo(80), upTo(8), upTo(8), upTo(7)});
        for (std::uint16_t expert = 0; expert < 8; ++expert) {
            const ExpertKey key{layer, expert};
            const Nanoseconds time = begin + expert * 1000;
            const auto slot = static_cast<std::int32_t>(upTo(20));
            const auto outcome = static_cast<api::Outcome>(upTo(api::kOutcomes - 1));
            m_rows.uses.push_back({m_batch, key, upTo(40), upTo(40), outcome, slot - 1, time});
            if (upTo(1) == 0)
                continue;
            m_rows.transfers.push_back(
                {key, static_cast<api::TransferKind>(upTo(2)), slot, m_batch, upTo(1 << 30), time - 1, time,
                 time + 900});
            m_rows.evictions.push_back(
                {key, slot, time, static_cast<api::EvictionReason>(upTo(1)), upTo(1) == 1});
            m_rows.stalls.push_back(
                {m_batch, key, time, time + 800, static_cast<api::StallCause>(upTo(api::kStallCauses - 1))});
        }
    }

    std::mt19937 m_random;
    std::uint32_t m_batch;
    Nanoseconds m_start;
    api::RecordingChunk m_rows;
};

} // namespace

api::RecordingChunk someBatch(std::uint32_t batch, unsigned seed)
{
    return BatchMaker(batch + 1, seed).make();
}

api::Recording someRecording(std::uint32_t batches, unsigned seed)
{
    api::Recording recording;
    recording.header = someHeader(batches + 1);
    for (std::uint32_t batch = 0; batch < batches; ++batch)
        recording.rows.append(someBatch(batch, seed));
    return recording;
}

void writeSession(
    const fs::path& path, const api::Recording& recording, api::RecordingState state,
    const std::string& failure)
{
    auto writer = SessionWriter::create(path, recording.header, false);
    ASSERT_TRUE(writer) << writer.error().message;
    const Status written = (*writer)->write(recording.rows);
    ASSERT_TRUE(written) << written.error().message;
    const Status finished = (*writer)->finish(state, failure, api::computeFigures(recording));
    ASSERT_TRUE(finished) << finished.error().message;
}

Result<std::shared_ptr<const api::Recording>> read(const fs::path& path)
{
    return readSession(path, {}, {});
}

std::string whyRefused(const fs::path& path)
{
    const auto recording = read(path);
    return recording ? std::string() : recording.error().message;
}

void expectSame(const api::Recording& found, const api::Recording& expected)
{
    const api::RunHeader& a = found.header;
    const api::RunHeader& b = expected.header;
    const auto words = [](const api::RunHeader& h) {
        return std::tie(h.modelName, h.datasetName, h.predictorName, h.moeLayers, h.metricName, h.provenance);
    };
    const auto choices = [](const api::RunHeader& h) {
        return std::tie(h.policy, h.routing, h.eviction, h.device, h.dtype);
    };
    const auto numbers = [](const api::RunHeader& h) {
        return std::tie(
            h.batchSize, h.topK, h.lookahead, h.expertsPerLayer, h.expertBytes, h.residentBytes,
            h.smallestBytes, h.totalBatches, h.totalSamples, h.loadSeconds);
    };
    EXPECT_EQ(words(a), words(b));
    EXPECT_TRUE(choices(a) == choices(b));
    EXPECT_EQ(numbers(a), numbers(b));
    EXPECT_EQ(a.training, b.training);
    EXPECT_EQ(found.rows.batches, expected.rows.batches);
    EXPECT_EQ(found.rows.layers, expected.rows.layers);
    EXPECT_EQ(found.rows.uses, expected.rows.uses);
    EXPECT_EQ(found.rows.transfers, expected.rows.transfers);
    EXPECT_EQ(found.rows.evictions, expected.rows.evictions);
    EXPECT_EQ(found.rows.stalls, expected.rows.stalls);
    EXPECT_EQ(found.rows.memory, expected.rows.memory);
    EXPECT_EQ(found.rows.budgets, expected.rows.budgets);
    EXPECT_EQ(found.rows.prefetchSwitches, expected.rows.prefetchSwitches);
    EXPECT_EQ(found.rows.hash, expected.rows.hash);
    EXPECT_EQ(found.rows.calibration, expected.rows.calibration);
    EXPECT_EQ(found.rows.hashBuilds, expected.rows.hashBuilds);
    EXPECT_EQ(found.rows.samples, expected.rows.samples);
    EXPECT_EQ(found.rows.droppedEvents, expected.rows.droppedEvents);
}

std::vector<std::string> query(const fs::path& path, const std::string& sql)
{
    sqlite3* connection = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
    std::vector<std::string> rows;
    const auto keep = [](void* to, int columns, char** values, char**) {
        std::string row;
        for (int i = 0; i < columns; ++i)
            row += (i > 0 ? "|" : "") + std::string(values[i] ? values[i] : "NULL");
        static_cast<std::vector<std::string>*>(to)->push_back(row);
        return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), keep, &rows, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection) << "\n"
        << sql;
    sqlite3_close(connection);
    return rows;
}

std::string contentOf(const fs::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    return content.str();
}

void writeContent(const fs::path& path, const std::string& content)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

std::string stateOf(const fs::path& folder)
{
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::ostringstream line;
        line << entry.path().filename() << ' ' << entry.last_write_time().time_since_epoch().count() << ' '
             << std::hash<std::string>()(contentOf(entry.path()));
        files.push_back(line.str());
    }
    std::sort(files.begin(), files.end());
    std::string all;
    for (const std::string& file : files)
        all += file + "\n";
    return all;
}

Child::Child(const std::function<void()>& body)
    : m_process(::fork())
{
    if (m_process == 0) {
        body();
        ::_exit(0);
    }
}

Child::~Child()
{
    if (m_process > 0)
        kill();
}

void Child::kill()
{
    ::kill(m_process, SIGKILL);
    wait();
}

int Child::wait()
{
    int status = 0;
    ::waitpid(m_process, &status, 0);
    m_process = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace sida::session::test
