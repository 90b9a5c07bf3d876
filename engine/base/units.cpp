// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace sida::units
{

namespace
{

std::string withSeparators(std::string digits)
{
    const auto end = static_cast<std::ptrdiff_t>(std::min(digits.find('.'), digits.size()));
    for (std::ptrdiff_t at = end - 3; at > (digits[0] == '-' ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

int decimalsFor(double value, int digits)
{
    const double magnitude = std::abs(value);
    if (magnitude == 0)
        return 0;
    int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(magnitude)));
    // 9.996 is "10.0", not "10.00": look at the rounded value.
    if (decimals > 0 && decimals < 15) {
        const double scale = std::pow(10.0, decimals);
        const double rounded = std::round(magnitude * scale) / scale;
        decimals = digits - 1 - static_cast<int>(std::floor(std::log10(rounded)));
    }
    return std::max(0, std::min(decimals, 12));
}

} // namespace

std::string formatNumber(double value, int digits)
{
    if (!std::isfinite(value))
        return "-";
    return withSeparators(fmt::format("{:.{}f}", value, decimalsFor(value, digits)));
}

std::string formatFixed(double value, int decimals)
{
    if (!std::isfinite(value))
        return "-";
    return withSeparators(fmt::format("{:.{}f}", value, std::max(0, decimals)));
}

std::string formatCount(std::uint64_t value)
{
    return withSeparators(fmt::format("{}", value));
}

std::string formatBytes(std::uint64_t bytes)
{
    constexpr std::array<const char*, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < kKiB)
        return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.5 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{} {}", formatNumber(value), kUnits[unit]);
}

std::string formatDuration(Nanoseconds ns)
{
    if (ns < 0)
        return "-" + formatDuration(-ns);
    const double value = static_cast<double>(ns);
    if (ns < 1000)
        return fmt::format("{} ns", ns);
    if (value < 999.5e3)
        return formatNumber(value / 1e3) + " \u00b5s";
    if (value < 999.5e6)
        return formatNumber(value / 1e6) + " ms";
    if (value < 99.95e9)
        return formatNumber(value / 1e9) + " s";
    const auto seconds = static_cast<std::int64_t>(std::llround(value / 1e9));
    if (seconds < 3600)
        return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

std::string formatRate(double bytesPerSecond)
{
    if (!std::isfinite(bytesPerSecond))
        return "-";
    if (bytesPerSecond < 999.5e3)
        return formatNumber(bytesPerSecond / 1e3) + " kB/s";
    if (bytesPerSecond < 999.5e6)
        return formatNumber(bytesPerSecond / 1e6) + " MB/s";
    return formatNumber(bytesPerSecond / 1e9) + " GB/s";
}

std::string formatPercent(double share)
{
    return std::isfinite(share) ? formatNumber(share * 100) + " %" : "-";
}

std::uint64_t Budget::resolve(std::uint64_t residentBytes) const
{
    switch (kind) {
    case Kind::bytes:
        return bytes;
    case Kind::share:
        return static_cast<std::uint64_t>(std::floor(share * static_cast<double>(residentBytes)));
    case Kind::unlimited:
        break;
    }
    return residentBytes;
}

Result<Budget> parseBudget(std::string_view text)
{
    const std::string original(text);
    auto wrong = [&](std::string_view why) {
        return failure(
            ErrorKind::usage,
            fmt::format(
                "budget '{}': {}; write bytes (2GiB, 512MiB, 300MB) or a share of what resident needs (20%)",
                original, why));
    };
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value) || value <= 0)
        return wrong("expected a number above zero");
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    while (!unit.empty() && unit.front() == ' ')
        unit.remove_prefix(1);
    if (unit == "%") {
        if (value > 100)
            return wrong("a share cannot exceed 100%");
        return Budget::ofShare(value / 100);
    }
    struct Unit {
        std::string_view name;
        double bytes;
    };
    constexpr std::array<Unit, 13> kUnits
        = {{{"", 1},
            {"B", 1},
            {"KiB", 1024.0},
            {"MiB", 1048576.0},
            {"GiB", 1073741824.0},
            {"TiB", 1099511627776.0},
            {"kB", 1e3},
            {"KB", 1e3},
            {"MB", 1e6},
            {"GB", 1e9},
            {"TB", 1e12},
            {"M", 1048576.0},
            {"G", 1073741824.0}}};
    for (const Unit& known : kUnits) {
        if (unit == known.name) {
            const double bytes = value * known.bytes;
            if (bytes < 1 || bytes > 1e18)
                return wrong("out of range");
            return Budget::ofBytes(static_cast<std::uint64_t>(bytes));
        }
    }
    return wrong(fmt::format("unknown unit '{}'", unit));
}

std::string formatBudget(const Budget& budget)
{
    switch (budget.kind) {
    case Budget::Kind::bytes:
        return formatBytes(budget.bytes);
    case Budget::Kind::share:
        return formatPercent(budget.share);
    case Budget::Kind::unlimited:
        break;
    }
    return "unlimited";
}

std::string exactBudget(const Budget& budget)
{
    std::string rounded = formatBudget(budget);
    const Result<Budget> back = parseBudget(rounded);
    if (budget.kind == Budget::Kind::unlimited || (back && *back == budget))
        return rounded;
    return budget.kind == Budget::Kind::bytes ? fmt::format("{} B", budget.bytes)
                                              : fmt::format("{} %", budget.share * 100);
}

} // namespace sida::units
