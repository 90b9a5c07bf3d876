// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/cause_bar.h"

#include "engine/base/units.h"
#include "ui/plot/paint.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_text.h"
#include "ui/timeline/timeline_view.h"

#include <QPainter>
#include <algorithm>
#include <numeric>

namespace sida::ui
{

namespace
{

constexpr int kBar = 20;
constexpr int kRow = 20;
constexpr api::StallCause kOrder[]
    = {api::StallCause::busSaturated, api::StallCause::late, api::StallCause::unpredicted,
       api::StallCause::evictedEarly};

} // namespace

CauseBar::CauseBar(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Time of the batch by cause"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

QSize CauseBar::sizeHint() const
{
    const auto causes
        = std::count_if(m_stalls.begin(), m_stalls.end(), [](Nanoseconds time) { return time > 0; });
    return {240, kBar + 8 + kRow * static_cast<int>(causes + 1)};
}

void CauseBar::setTimes(const std::array<Nanoseconds, api::kStallCauses>& stalls, Nanoseconds whole)
{
    m_stalls = stalls;
    m_whole = whole;
    setFixedHeight(sizeHint().height());
    QStringList words;
    for (const api::StallCause cause : kOrder)
        words << stallText(cause) + QLatin1Char(' ')
                + durationText(m_stalls[static_cast<std::size_t>(cause)]);
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    update();
}

void CauseBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    if (m_whole <= 0)
        return;
    const Nanoseconds stalled = std::accumulate(m_stalls.begin(), m_stalls.end(), Nanoseconds{0});
    const Nanoseconds computed = std::max<Nanoseconds>(0, m_whole - stalled);
    auto share
        = [this](Nanoseconds part) { return static_cast<double>(part) / static_cast<double>(m_whole); };
    const QRect bar(0, 0, width(), kBar);
    painter.fillRect(bar, theme.color(Role::compute));
    double from = 0;
    int y = kBar + 8;
    auto line = [&](const QBrush& brush, const QString& name, Nanoseconds time) {
        constexpr Role role = Role::text;
        drawSwatch(painter, QRect(0, y + 4, 16, 12), brush, theme);
        drawText(
            painter, QRect(24, y, width() - 150, kRow), Qt::AlignLeft | Qt::AlignVCenter, name,
            theme.color(role), TextStyle::body);
        drawText(
            painter, QRect(width() - 140, y, 76, kRow), Qt::AlignRight | Qt::AlignVCenter, durationText(time),
            theme.color(role), TextStyle::body);
        drawText(
            painter, QRect(width() - 60, y, 60, kRow), Qt::AlignRight | Qt::AlignVCenter,
            QString::fromStdString(units::formatPercent(share(time))), theme.color(Role::secondaryText),
            TextStyle::body);
        y += kRow;
    };
    for (const api::StallCause cause : kOrder) {
        const Nanoseconds time = m_stalls[static_cast<std::size_t>(cause)];
        const int left = static_cast<int>(from * width());
        from += share(time);
        const int right = static_cast<int>(from * width());
        if (right > left)
            drawSwatch(painter, QRect(left, 0, right - left, kBar), theme.brush(cause), theme);
        if (time > 0)
            line(theme.brush(cause), stallText(cause), time);
    }
    line(theme.color(Role::compute), tr("computing"), computed);
}

} // namespace sida::ui
