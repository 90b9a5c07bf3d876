// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The program sida-studio as a user's terminal or desktop meets it, with the real engine and the demo.
#include "engine/session/session.h"
#include "process.h"
#include "tests/support/temp_folder.h"

#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <thread>

namespace sida
{

namespace
{

class StudioProgram : public testing::Test
{
protected:
    StudioProgram()
    {
        // Its settings and sessions go into the test's folder.
        ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
        ::setenv("HOME", m_home.path().c_str(), 1);
        for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
            ::setenv(name, m_home.path().c_str(), 1);
    }

    /// The first session in the folder where Studio keeps them; waits up to half a minute for it.
    std::filesystem::path sessionFound() const
    {
        for (int i = 0; i < 3000; ++i) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(m_home.path()))
                if (entry.path().extension() == ".sida")
                    return entry.path();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return {};
    }

    test::TempFolder m_home;
};

} // namespace

TEST_F(StudioProgram, TerminatedWhileRunningStopsTheRunAndClosesItsSession)
{
    std::filesystem::path session;
    const auto done = test::runProgram({SIDA_BIN_DIR "/sida-studio", "--demo"}, [&](pid_t process) {
        session = sessionFound();
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        ::kill(process, SIGTERM);
    });
    EXPECT_EQ(done.status, 0) << done.err;
    ASSERT_FALSE(session.empty()) << done.err;
    const auto read = session::readSession(session, {}, {});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ((*read)->state, api::RecordingState::stopped);
    EXPECT_FALSE((*read)->rows.batches.empty());
}

} // namespace sida
