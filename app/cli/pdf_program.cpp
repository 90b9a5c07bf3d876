// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/pdf_program.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sida::cli
{

namespace
{

/// A file without a name, gone with the last who has it open.
using NamelessFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

NamelessFile namelessFile()
{
    return {std::tmpfile(), &std::fclose};
}

std::string contentOf(std::FILE* file)
{
    std::rewind(file);
    std::string content;
    char part[65536];
    for (std::size_t count = std::fread(part, 1, sizeof part, file); count > 0;
         count = std::fread(part, 1, sizeof part, file))
        content.append(part, count);
    return content;
}

/// The exit status of the program; -1 when it could not be run or was killed.
int runWith(const std::filesystem::path& program, std::FILE* in, std::FILE* out, std::FILE* err)
{
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ::fileno(in), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ::fileno(out), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ::fileno(err), STDERR_FILENO);
    std::string name = program.string();
    char* const arguments[] = {name.data(), nullptr};
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, name.c_str(), &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return -1;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

Result<std::string> runPdfProgram(const std::filesystem::path& program, const std::string& html)
{
    if (::access(program.c_str(), X_OK) != 0)
        return failure(
            ErrorKind::unsupported,
            fmt::format(
                "a PDF is made by the program '{}', which is not there; --format html needs nothing",
                program.string()));
    const NamelessFile in = namelessFile();
    const NamelessFile out = namelessFile();
    const NamelessFile err = namelessFile();
    if (!in || !out || !err || std::fwrite(html.data(), 1, html.size(), in.get()) != html.size()
        || std::fflush(in.get()) != 0)
        return failure(ErrorKind::io, fmt::format("cannot write a temporary file: {}", std::strerror(errno)));
    std::rewind(in.get());
    if (runWith(program, in.get(), out.get(), err.get()) != 0) {
        std::string why = contentOf(err.get());
        while (why.ends_with('\n'))
            why.pop_back();
        why = why.substr(why.rfind('\n') + 1);
        return failure(
            ErrorKind::internal,
            fmt::format("'{}' made no PDF: {}", program.string(), why.empty() ? "it said nothing" : why));
    }
    return contentOf(out.get());
}

Result<std::string> runPdfProgram(const std::string& html)
{
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error)
        return failure(ErrorKind::io, fmt::format("cannot tell where this program is: {}", error.message()));
    return runPdfProgram(self.parent_path() / "sida-pdf", html);
}

} // namespace sida::cli
