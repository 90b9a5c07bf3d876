// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/recording.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace sida::report
{

/// Keeps the keys in the order of the contract, so that people can read it too.
using Json = nlohmann::ordered_json;

Json runObject(
    const api::RunHeader& header, const api::Figures& figures, const std::filesystem::path& session);

/// Versions of the program and its libraries, as far as the provenance tells them.
Json versionsOf(const api::Provenance& provenance);

/// Indented text. Bytes that are no UTF-8, such as those of a file name, become U+FFFD.
std::string dump(const Json& json);

} // namespace sida::report
