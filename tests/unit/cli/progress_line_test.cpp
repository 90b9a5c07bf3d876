// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <gtest/gtest.h>
#include <sstream>

namespace sida::cli
{

namespace
{

TEST(ProgressLine, SaysTheShareAndTheTimeLeftAsFarAsTheyAreKnown)
{
    EXPECT_EQ(progressText({"Loading", 0, 0, -1}), "Loading");
    EXPECT_EQ(progressText({"Loading", 1, 4, -1}), "Loading 25 %");
    EXPECT_EQ(progressText({"Loading", 3, 4, 11.2}), "Loading 75 %, 12 s left");
    EXPECT_EQ(progressText({"Loading", 3, 4, 245}), "Loading 75 %, 4 min 05 s left");
}

TEST(ProgressLine, IsWipedAtTheEndAndSilentWhereNobodyWatches)
{
    std::ostringstream terminal;
    {
        ProgressLine line(terminal, true);
        line.sink()({"Loading", 1, 2, -1});
    }
    EXPECT_EQ(terminal.str(), "\r\x1b[KLoading 50 %\r\x1b[K");
    std::ostringstream file;
    {
        ProgressLine line(file, false);
        line.show({"Loading", 1, 2, -1});
    }
    EXPECT_EQ(file.str(), "");
}

} // namespace

} // namespace sida::cli
