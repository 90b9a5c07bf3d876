// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temp_folder.h"

#include <cstdint>
#include <string>

namespace sida::test
{

/// Bytes of a safetensors file: length, header, data, with nothing checked.
inline std::string rawSafetensors(const std::string& header, const std::string& data = {})
{
    std::string bytes(8, '\0');
    for (int i = 0; i < 8; ++i)
        bytes[static_cast<std::size_t>(i)]
            = static_cast<char>(std::uint64_t{header.size()} >> (8 * i) & 0xff);
    return bytes + header + data;
}

} // namespace sida::test
