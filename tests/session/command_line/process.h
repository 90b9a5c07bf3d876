// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sida::test
{

struct Finished {
    int status = -1; ///< exit status; 128 + signal when it was killed
    std::string out;
    std::string err;
};

/// Runs a program to its end. `whileRunning` is called once, with its process id, right after the start.
Finished
runProgram(const std::vector<std::string>& arguments, const std::function<void(pid_t)>& whileRunning = {});

} // namespace sida::test
