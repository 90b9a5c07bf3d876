// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <cstdlib>
#include <spdlog/sinks/stdout_sinks.h>

namespace sida::log
{

void initialise()
{
    auto logger = std::make_shared<spdlog::logger>("sida", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%l: %v");
    const char* level = std::getenv("SIDA_LOG");
    logger->set_level(level ? spdlog::level::from_str(level) : spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace sida::log
