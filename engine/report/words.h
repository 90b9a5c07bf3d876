// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/recording.h"

#include <array>
#include <string>
#include <string_view>

/// How the report names things, and the colours' class for each.
namespace sida::report
{

struct CauseWords {
    api::StallCause cause;
    std::string_view name; ///< "bus-saturated"
    std::string_view because; ///< completes "... because"
    std::string_view cssClass;
};
/// In the order in which they are drawn.
extern const std::array<CauseWords, api::kStallCauses> kCauseWords;

struct PurposeWords {
    api::Purpose purpose;
    std::string_view name; ///< "Expert slots"
    std::string_view cssClass;
};
extern const std::array<PurposeWords, api::kPurposes> kPurposeWords;

/// The stall cause with the largest part.
const CauseWords& largestCause(const std::array<double, api::kStallCauses>& stallMs);

/// Mean time of a batch that was not spent waiting for experts, and time in batches altogether.
double batchMilliseconds(const api::Figures& figures);
double computeMilliseconds(const api::Figures& figures);

/// In GiB, MiB or KiB, whichever suits `scale`, without the unit: for columns whose head names it.
struct ByteUnit {
    std::string_view name;
    double bytes = 1;
};
ByteUnit byteUnit(std::uint64_t scale);
std::string inUnit(std::uint64_t bytes, const ByteUnit& unit);

/// "encoder.block.1.layer.1.mlp" is "encoder block 1" to a reader; other names stay as they are.
std::string layerWords(std::string_view canonicalName);

} // namespace sida::report
