// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/host/engine_host.h"

#include <QThread>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

using ui::EngineHost;

class EngineHostTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_script = makeScript();
        m_host = std::make_unique<EngineHost>(
            std::make_unique<FakeEngine>(m_script),
            [this](const std::filesystem::path& path) { return fakeKind(*m_script, path); });
    }
    static bool until(const std::function<bool()>& condition) { return WindowUnderTest::until(condition); }

    std::shared_ptr<FakeScript> m_script;
    std::unique_ptr<EngineHost> m_host;
};

} // namespace

TEST_F(EngineHostTest, AnswersComeOnTheThreadOfTheWindow)
{
    QThread* thread = nullptr;
    QObject::connect(
        m_host.get(), &EngineHost::modelLoaded, m_host.get(), [&] { thread = QThread::currentThread(); });
    m_host->loadModel("model");
    ASSERT_TRUE(until([&] { return thread != nullptr; }));
    EXPECT_EQ(thread, QThread::currentThread());
}

TEST_F(EngineHostTest, OfManyWaitingRequestsOfOneKindOnlyTheLastIsCarriedOut)
{
    m_script->modelGate.close();
    std::vector<std::string> loaded;
    QObject::connect(m_host.get(), &EngineHost::datasetLoaded, m_host.get(), [&](const auto& dataset) {
        loaded.push_back(dataset->path.string());
    });
    m_host->loadModel("model");
    ASSERT_TRUE(until([&] { return m_script->modelLoads == 1; }));
    for (const char* name : {"a", "b", "c"})
        m_host->loadDataset(name, {});
    m_script->modelGate.open();
    ASSERT_TRUE(until([&] { return m_host->isIdle(); }));
    EXPECT_EQ(loaded, std::vector<std::string>{"c"});
    EXPECT_EQ(m_script->datasetLoads, 1);
}

TEST_F(EngineHostTest, ALoadThatWasOvertakenIsStoppedAndItsAnswerDropped)
{
    m_script->modelGate.close();
    std::vector<std::string> loaded;
    int failures = 0;
    QObject::connect(m_host.get(), &EngineHost::modelLoaded, m_host.get(), [&](const auto& model) {
        loaded.push_back(model->path.string());
    });
    QObject::connect(m_host.get(), &EngineHost::failed, m_host.get(), [&] { ++failures; });
    m_host->loadModel("first");
    ASSERT_TRUE(until([&] { return m_script->modelLoads == 1; }));
    m_host->loadModel("second");
    ASSERT_TRUE(until([&] { return m_script->modelLoads == 2; }));
    m_script->modelGate.open();
    ASSERT_TRUE(until([&] { return m_host->isIdle(); }));
    EXPECT_EQ(loaded, std::vector<std::string>{"second"});
    EXPECT_EQ(m_script->stopsSeen, 1);
    EXPECT_EQ(failures, 0);
}

TEST_F(EngineHostTest, TheDeviceReportGivesWayToWhatTheUserWants)
{
    m_script->doctorGate.close();
    bool loaded = false;
    QObject::connect(m_host.get(), &EngineHost::modelLoaded, m_host.get(), [&] { loaded = true; });
    m_host->askDoctor();
    m_host->loadModel("model");
    EXPECT_TRUE(until([&] { return loaded; }));
}

TEST_F(EngineHostTest, OfABudgetThatIsDraggedWhileAnAnswerIsAwaitedOnlyTheLastValueIsAsked)
{
    m_script->runGate.close();
    m_script->budgetGate.close();
    std::vector<std::pair<std::uint64_t, bool>> accepted;
    bool started = false;
    QObject::connect(m_host.get(), &EngineHost::runStarted, m_host.get(), [&] { started = true; });
    QObject::connect(
        m_host.get(), &EngineHost::budgetAccepted, m_host.get(),
        [&](const auto& plan, bool latest) { accepted.emplace_back(plan->budgetBytes, latest); });
    m_host->run({});
    ASSERT_TRUE(until([&] { return started; }));
    m_host->changeBudget(units::Budget::ofBytes(700 * units::kMiB));
    ASSERT_TRUE(until([&] { return m_script->budgetsAsked().size() == 1; }));
    for (std::uint64_t size = 701; size <= 800; ++size)
        m_host->changeBudget(units::Budget::ofBytes(size * units::kMiB));
    m_script->budgetGate.open();
    ASSERT_TRUE(until([&] { return accepted.size() == 2; }));
    EXPECT_THAT(
        accepted,
        testing::ElementsAre(std::pair{700 * units::kMiB, false}, std::pair{800 * units::kMiB, true}));
    EXPECT_EQ(m_script->budgetsAsked().size(), 2u);
}

TEST_F(EngineHostTest, StoppingARunGivesWhatWasRecordedSoFar)
{
    m_script->runGate.close();
    m_script->runGate.admit(3);
    ui::Shared<api::RunResult> result;
    std::size_t batches = 0;
    QObject::connect(m_host.get(), &EngineHost::rowsArrived, m_host.get(), [&](const auto& rows) {
        batches += rows->batches.size();
    });
    QObject::connect(
        m_host.get(), &EngineHost::runFinished, m_host.get(), [&](const auto& value) { result = value; });
    m_host->run({});
    ASSERT_TRUE(until([&] { return batches == 3; }));
    m_host->stop();
    ASSERT_TRUE(until([&] { return result != nullptr; }));
    EXPECT_TRUE(result->stopped);
    EXPECT_EQ(result->recording->rows.batches.size(), 3u);
    EXPECT_EQ(result->recording->state, api::RecordingState::stopped);
}

TEST_F(EngineHostTest, ARunThatStillWaitsWhenItIsStoppedDoesNotBegin)
{
    m_script->modelGate.close();
    m_script->runGate.close();
    ui::Shared<api::RunResult> result;
    QObject::connect(
        m_host.get(), &EngineHost::runFinished, m_host.get(), [&](const auto& value) { result = value; });
    m_host->loadModel("model");
    ASSERT_TRUE(until([&] { return m_script->modelLoads == 1; }));
    m_host->run({});
    m_host->stop();
    ASSERT_TRUE(until([&] { return result != nullptr; }));
    EXPECT_TRUE(result->recording->rows.batches.empty());
}

TEST_F(EngineHostTest, ItCanGoAwayWhileARunIsGoingOn)
{
    m_script->runGate.close();
    m_host->run({});
    ASSERT_TRUE(until([&] { return m_script->runs == 1; }));
    m_host.reset();
    EXPECT_EQ(m_script->stopsSeen, 1);
}

} // namespace sida::gui_test
