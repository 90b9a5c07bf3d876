// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/session/session.h"

#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sida::session::test
{

namespace fs = std::filesystem;

/// A folder of its own for one test.
class TemporaryFolder
{
public:
    TemporaryFolder();
    ~TemporaryFolder();
    fs::path operator/(const std::string& name) const { return m_path / name; }
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

/// Header of a model with three layers of 8, 8 and 16 experts.
api::RunHeader someHeader(std::uint64_t batches);
/// One batch of everything: random, but such as a run could give.
api::RecordingChunk someBatch(std::uint32_t batch, unsigned seed);
/// `batches` of them, in the order of time.
api::Recording someRecording(std::uint32_t batches, unsigned seed);

/// Writes and finishes a session; fails the test when that fails.
void writeSession(
    const fs::path& path, const api::Recording& recording,
    api::RecordingState state = api::RecordingState::complete, const std::string& failure = {});

Result<std::shared_ptr<const api::Recording>> read(const fs::path& path);
/// What it says when it is refused; empty when it is not.
std::string whyRefused(const fs::path& path);
void expectSame(const api::Recording& found, const api::Recording& expected);

/// Rows of a query in SQLite's own words; columns joined by '|'.
std::vector<std::string> query(const fs::path& path, const std::string& sql);
std::string contentOf(const fs::path& path);
void writeContent(const fs::path& path, const std::string& content);
/// Names, sizes, times of change and contents of all files in a folder.
std::string stateOf(const fs::path& folder);

/// A process that runs `body`, to be killed.
class Child
{
public:
    explicit Child(const std::function<void()>& body);
    ~Child();
    void kill();
    int wait(); ///< its exit status

private:
    pid_t m_process = -1;
};

} // namespace sida::session::test
