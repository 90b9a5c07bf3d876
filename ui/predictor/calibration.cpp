// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/predictor/calibration.h"

#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

double ratio(double part, std::uint64_t whole)
{
    return whole > 0 ? part / static_cast<double>(whole) : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

double Calibration::Bin::alpha() const
{
    return ratio(alphaSum, tokens);
}

double Calibration::Bin::cameTrue() const
{
    return ratio(static_cast<double>(hits), tokens);
}

std::uint64_t Calibration::tokens() const
{
    std::uint64_t sum = 0;
    for (const Bin& bin : bins)
        sum += bin.tokens;
    return sum;
}

double Calibration::alpha() const
{
    double sum = 0;
    for (const Bin& bin : bins)
        sum += bin.alphaSum;
    return ratio(sum, tokens());
}

double Calibration::cameTrue() const
{
    double sum = 0;
    for (const Bin& bin : bins)
        sum += static_cast<double>(bin.hits);
    return ratio(sum, tokens());
}

double Calibration::error() const
{
    double sum = 0;
    for (const Bin& bin : bins)
        sum += std::abs(static_cast<double>(bin.hits) - bin.alphaSum);
    return ratio(sum, tokens());
}

Calibration calibrationOf(const std::vector<api::CalibrationRow>& rows, std::optional<std::uint16_t> layer)
{
    Calibration all;
    for (const api::CalibrationRow& row : rows) {
        if ((layer && row.layer != *layer) || row.bin >= all.bins.size())
            continue;
        Calibration::Bin& bin = all.bins[row.bin];
        bin.tokens += row.tokens;
        bin.hits += row.hits;
        bin.alphaSum += row.alpha;
    }
    return all;
}

} // namespace sida::ui
