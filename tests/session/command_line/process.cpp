// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/session/command_line/process.h"

#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sida::test
{

Finished runProgram(const std::vector<std::string>& arguments, const std::function<void(pid_t)>& whileRunning)
{
    const TempFolder folder;
    const std::string outPath = (folder / "out").string();
    const std::string errPath = (folder / "err").string();
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(::open(outPath.c_str(), O_CREAT | O_WRONLY, 0600), 1);
        ::dup2(::open(errPath.c_str(), O_CREAT | O_WRONLY, 0600), 2);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    if (whileRunning)
        whileRunning(child);
    int status = 0;
    ::waitpid(child, &status, 0);
    Finished finished;
    finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    finished.out = contentOf(outPath);
    finished.err = contentOf(errPath);
    return finished;
}

} // namespace sida::test
