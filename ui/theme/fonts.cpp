// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QFontDatabase>
#include <QFontMetricsF>

namespace sida::ui
{

namespace
{

bool hasTabularFigures(const QFont& font)
{
    const QFontMetricsF metrics(font);
    const qreal zero = metrics.horizontalAdvance(QLatin1Char('0'));
    for (char digit = '1'; digit <= '9'; ++digit)
        if (!qFuzzyCompare(metrics.horizontalAdvance(QLatin1Char(digit)), zero))
            return false;
    return zero > 0;
}

/// The system's font if its figures line up in columns, else one whose do.
QString chooseFamily()
{
    QFont system = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    const QStringList preferred = {QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans")};
    const QStringList there = QFontDatabase::families();
    const bool generic = !there.contains(system.family()); // "Sans Serif": whatever comes first
    if (!generic && hasTabularFigures(system))
        return system.family();
    for (const QString& family : preferred)
        if (there.contains(family))
            return family;
    return system.family();
}

} // namespace

QFont Theme::font(TextStyle style)
{
    static const QString family = chooseFamily();
    QFont font(family);
    int pixels = 12;
    bool strong = false;
    switch (style) {
    case TextStyle::body:
        break;
    case TextStyle::small:
        pixels = 11;
        break;
    case TextStyle::strong:
        strong = true;
        break;
    case TextStyle::smallStrong:
        pixels = 11;
        strong = true;
        break;
    case TextStyle::section:
        pixels = 14;
        strong = true;
        break;
    case TextStyle::verdict:
        pixels = 16;
        strong = true;
        break;
    case TextStyle::title:
        pixels = 22;
        strong = true;
        break;
    }
    font.setPixelSize(pixels);
    font.setWeight(strong ? QFont::DemiBold : QFont::Normal);
    return font;
}

} // namespace sida::ui
