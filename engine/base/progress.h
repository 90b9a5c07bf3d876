// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sida
{

/// How far a long operation has come. `total` is 0 while it is not known.
struct Progress {
    std::string stage; ///< in words: "Loading experts"
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    double secondsLeft = -1; ///< negative while it is not known
};

/// Called from the thread that does the work, at most some ten times a second. May be empty.
using ProgressSink = std::function<void(const Progress&)>;

} // namespace sida
