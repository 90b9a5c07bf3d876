// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

/// The one place where figures become text. Labels, tooltips, reports and error messages all come through
/// here.
namespace sida::units
{

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;

/// Three significant digits, no exponent, thousands separated by commas: "0.0123", "4.56", "12,300". NaN
/// gives "-".
std::string formatNumber(double value, int digits = 3);
/// As many decimals as asked for, as on the ticks of an axis: "24.00", "1,600". NaN gives "-".
std::string formatFixed(double value, int decimals);
/// All digits, thousands separated: "1,536".
std::string formatCount(std::uint64_t value);
/// Binary units: "512 B", "9.00 MiB", "1.48 GiB".
std::string formatBytes(std::uint64_t bytes);
/// "850 ns", "1.24 ms", "12.3 s", "4 min 05 s", "2 h 07 min".
std::string formatDuration(Nanoseconds ns);
/// Decimal units for rates: "53.7 GB/s".
std::string formatRate(double bytesPerSecond);
/// A share as a percentage: 0.2 gives "20.0 %".
std::string formatPercent(double share);

/// A budget as the user writes it: bytes ("2GiB", "512MiB", "300MB", "1073741824") or a share of what
/// `resident` needs ("20%").
struct Budget {
    enum class Kind { unlimited, bytes, share };
    Kind kind = Kind::unlimited;
    std::uint64_t bytes = 0;
    double share = 0;
    bool operator==(const Budget&) const = default;

    static Budget ofBytes(std::uint64_t value) { return {Kind::bytes, value, 0}; }
    static Budget ofShare(double value) { return {Kind::share, 0, value}; }
    /// In bytes, given what `resident` needs. Unlimited gives all of it.
    std::uint64_t resolve(std::uint64_t residentBytes) const;
};

Result<Budget> parseBudget(std::string_view text);
std::string formatBudget(const Budget& budget);
/// The same where that is the whole truth, else with as many digits as it takes: parseBudget() gives it back.
std::string exactBudget(const Budget& budget);

} // namespace sida::units
