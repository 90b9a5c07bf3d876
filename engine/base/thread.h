// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace sida
{

/// Names the calling thread for debuggers and profilers (at most 15 characters are kept by the system).
void setThreadName(const std::string& name);

/// Processor time that the calling thread has taken so far, in nanoseconds.
std::int64_t threadCpuTime();

/// A std::jthread whose name is set before `body(stop_token)` runs.
template <typename Body>
std::jthread startThread(std::string name, Body body)
{
    return std::jthread([name = std::move(name), body = std::move(body)](std::stop_token stop) mutable {
        setThreadName(name);
        body(std::move(stop));
    });
}

} // namespace sida
