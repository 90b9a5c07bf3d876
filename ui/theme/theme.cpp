// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "ui/theme/hatch.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sida::ui
{

namespace
{

struct Pair {
    QRgb dark;
    QRgb light;
};

constexpr QRgb kMarkEdge = 0x66000000; // black at 40 %

Pair pairOf(Role role)
{
    switch (role) {
    case Role::window:
        return {0xff2b2d30, 0xfff0f1f3};
    case Role::base:
        return {0xff1e1f22, 0xffffffff};
    case Role::dockTitle:
        return {0xff3a3d42, 0xffe2e4e8};
    case Role::button:
        return {0xff3a3d42, 0xfffafafb};
    case Role::text:
        return {0xffdfe1e5, 0xff1b1d21};
    case Role::secondaryText:
        return {0xffa4a8b0, 0xff565b65};
    case Role::disabledText:
        return {0xff7c8088, 0xff868b94};
    case Role::border:
        return {0xff43464c, 0xffc6c9cf};
    case Role::grid:
        return {0xff303237, 0xffe7e9ec};
    case Role::accent:
        return {0xff2f6fcc, 0xff1f62c4};
    case Role::accentText:
        return {0xffffffff, 0xffffffff};
    case Role::selectionFill:
        return {0xff2e436e, 0xffcfe0fa};
    case Role::neverUsed:
        return {0xff33353a, 0xffe4e6e9};
    case Role::samplesLine:
        return {0xffdfe1e5, 0xff1b1d21};
    case Role::hitRateLine:
        return {0xff1fb58a, 0xff00795a};
    case Role::rateLine:
        return {0xff56b4e9, 0xff0f7cb8};
    case Role::budgetLine:
        return {0xffe8702a, 0xffd55e00};
    case Role::budgetText:
        return {0xffe8892f, 0xffb34700};
    case Role::compute:
        return {0xff8fa3b8, 0xff6f8499};
    case Role::ready:
        return {0xff2fbf94, 0xff00795a};
    case Role::missing:
        return {0xffe8892f, 0xffb34700};
    case Role::evictionTick:
        return {0xffb9bcc2, 0xff4a4f58};
    case Role::markEdge:
        return {0x00000000, kMarkEdge};
    }
    return {};
}

QColor interpolate(const QColor* stops, int count, double share)
{
    const double at = std::clamp(share, 0.0, 1.0) * (count - 1);
    const int low = std::min(static_cast<int>(at), count - 2);
    const double rest = at - low;
    auto mix = [rest](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * rest)); };
    const QColor& a = stops[low];
    const QColor& b = stops[low + 1];
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

// Okabe-Ito: told apart by the colour-blind, the same in both appearances.
constexpr QRgb kBlue = 0xff0072b2;
constexpr QRgb kSky = 0xff56b4e9;
constexpr QRgb kGreen = 0xff009e73;
constexpr QRgb kYellow = 0xfff0e442;
constexpr QRgb kVermilion = 0xffd55e00;
constexpr QRgb kPurple = 0xffcc79a7;
constexpr QRgb kOrange = 0xffe69f00;

} // namespace

Theme Theme::matching(const QPalette& palette)
{
    return Theme(palette.color(QPalette::Window).lightnessF() < 0.5F ? Kind::dark : Kind::light);
}

QColor Theme::color(Role role) const
{
    const Pair pair = pairOf(role);
    return QColor::fromRgba(isDark() ? pair.dark : pair.light);
}

QColor Theme::color(api::Purpose purpose) const
{
    switch (purpose) {
    case api::Purpose::denseWeights:
        return QColor::fromRgb(0xff999999);
    case api::Purpose::predictor:
        return QColor::fromRgb(kPurple);
    case api::Purpose::expertSlots:
        return QColor::fromRgb(kBlue);
    case api::Purpose::staging:
        return QColor::fromRgb(kSky);
    case api::Purpose::activations:
        return QColor::fromRgb(kOrange);
    case api::Purpose::runtimeContext:
        return QColor::fromRgb(0xff6e6e6e);
    }
    return {};
}

QColor Theme::color(api::Outcome outcome) const
{
    switch (outcome) {
    case api::Outcome::hit:
        return QColor::fromRgb(kGreen);
    case api::Outcome::late:
        return color(api::StallCause::late);
    case api::Outcome::unpredicted:
        return color(api::StallCause::unpredicted);
    case api::Outcome::evictedEarly:
        return color(api::StallCause::evictedEarly);
    }
    return {};
}

QColor Theme::color(api::StallCause cause) const
{
    switch (cause) {
    case api::StallCause::late:
        return QColor::fromRgb(kYellow);
    case api::StallCause::unpredicted:
        return QColor::fromRgb(kVermilion);
    case api::StallCause::evictedEarly:
        return QColor::fromRgb(kPurple);
    case api::StallCause::busSaturated:
        return QColor::fromRgb(isDark() ? 0xff9a9da3 : 0xffa9acb1);
    }
    return {};
}

QColor Theme::color(api::TransferKind kind) const
{
    return QColor::fromRgb(kind == api::TransferKind::onDemand ? kVermilion : kSky);
}

QBrush Theme::brush(api::StallCause cause) const
{
    switch (cause) {
    case api::StallCause::late:
        return hatch(color(cause), Hatch::dots);
    case api::StallCause::unpredicted:
        return hatch(color(cause), Hatch::rising);
    case api::StallCause::evictedEarly:
        return hatch(color(cause), Hatch::crosses);
    case api::StallCause::busSaturated:
        return hatch(color(cause), Hatch::falling);
    }
    return {};
}

QBrush Theme::brush(api::Outcome outcome) const
{
    switch (outcome) {
    case api::Outcome::hit:
        return color(outcome);
    case api::Outcome::late:
        return brush(api::StallCause::late);
    case api::Outcome::unpredicted:
        return brush(api::StallCause::unpredicted);
    case api::Outcome::evictedEarly:
        return brush(api::StallCause::evictedEarly);
    }
    return {};
}

QBrush Theme::brush(api::TransferKind kind) const
{
    if (kind == api::TransferKind::preload)
        return hatch(color(kind), Hatch::dots);
    return color(kind);
}

QBrush Theme::otherProcesses() const
{
    return hatch(isDark() ? QColor(0x4a4d53) : QColor(0xd5d7db), Hatch::rising);
}

QPen Theme::markPen() const
{
    return isDark() ? QPen(Qt::NoPen) : QPen(color(Role::markEdge), 1);
}

QPen Theme::budgetPen() const
{
    QPen pen(color(Role::budgetLine), 2);
    pen.setCapStyle(Qt::FlatCap);
    pen.setDashPattern({3.5, 2}); // in pen widths: 7 on, 4 off
    return pen;
}

QColor Theme::magnitude(double share) const
{
    static const std::array<QColor, 11> kViridis
        = {QColor(0x440154), QColor(0x482475), QColor(0x414487), QColor(0x355f8d),
           QColor(0x2a788e), QColor(0x21918c), QColor(0x22a884), QColor(0x44bf70),
           QColor(0x7ad151), QColor(0xbddf26), QColor(0xfde725)};
    constexpr double kStart = 0.08;
    return interpolate(kViridis.data(), kViridis.size(), kStart + (1 - kStart) * std::clamp(share, 0.0, 1.0));
}

QColor Theme::difference(double value) const
{
    static const std::array<QColor, 7> kDiverging
        = {QColor(0x8c3a00), QColor(0xd5712a), QColor(0xf2b68a), QColor(0xf4f4f4),
           QColor(0x9cc9e6), QColor(0x3b8fc4), QColor(0x0a4f80)};
    return interpolate(kDiverging.data(), kDiverging.size(), (std::clamp(value, -1.0, 1.0) + 1) / 2);
}

} // namespace sida::ui
