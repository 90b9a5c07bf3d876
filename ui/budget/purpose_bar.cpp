// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/purpose_bar.h"

#include "ui/host/text.h"
#include "ui/memory/memory_view.h"
#include "ui/theme/theme_manager.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <numeric>

namespace sida::ui
{

namespace
{

/// What hardly changes stands at the left, so that the growing part grows to the right.
constexpr std::array<api::Purpose, api::kPurposes> kOrder
    = {api::Purpose::runtimeContext, api::Purpose::denseWeights, api::Purpose::predictor,
       api::Purpose::staging,        api::Purpose::activations,  api::Purpose::expertSlots};

} // namespace

PurposeBar::PurposeBar(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Device memory of this process by purpose"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void PurposeBar::setBytes(const api::PurposeBytes& bytes, std::uint64_t budget)
{
    m_bytes = bytes;
    m_budget = budget;
    QStringList words;
    for (const api::Purpose purpose : kOrder)
        if (const std::uint64_t size = bytes[static_cast<std::size_t>(purpose)])
            words << tr("%1 %2").arg(purposeText(purpose), bytesText(size));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void PurposeBar::setSlotText(const QString& text)
{
    m_slotText = text;
    update();
}

QList<PurposeBar::Piece> PurposeBar::pieces() const
{
    const std::uint64_t used = std::accumulate(m_bytes.begin(), m_bytes.end(), std::uint64_t{0});
    const double whole = static_cast<double>(std::max(used, m_budget));
    QList<Piece> pieces;
    std::uint64_t before = 0;
    for (const api::Purpose purpose : kOrder) {
        const std::uint64_t size = m_bytes[static_cast<std::size_t>(purpose)];
        if (size == 0 || whole <= 0)
            continue;
        const int left = 1 + static_cast<int>(static_cast<double>(before) / whole * (width() - 2));
        before += size;
        const int right = 1 + static_cast<int>(static_cast<double>(before) / whole * (width() - 2));
        pieces.append({purpose, QRect(left, 1, std::max(1, right - left), height() - 2)});
    }
    return pieces;
}

void PurposeBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.color(Role::base));
    painter.setFont(Theme::font(TextStyle::small));
    for (const Piece& piece : pieces()) {
        painter.fillRect(piece.rect, theme.color(piece.purpose));
        const bool fits = painter.fontMetrics().horizontalAdvance(m_slotText) + 8 <= piece.rect.width();
        if (piece.purpose == api::Purpose::expertSlots && fits) {
            painter.setPen(Qt::white);
            painter.drawText(piece.rect, Qt::AlignCenter, m_slotText);
        }
        painter.setPen(theme.color(Role::base));
        painter.drawLine(piece.rect.topRight(), piece.rect.bottomRight());
    }
    painter.setPen(theme.color(Role::border));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

bool PurposeBar::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (const Piece& piece : pieces())
        if (piece.rect.contains(help->pos())) {
            const std::uint64_t size = m_bytes[static_cast<std::size_t>(piece.purpose)];
            QToolTip::showText(
                help->globalPos(), tr("%1 %2").arg(purposeText(piece.purpose), bytesText(size)), this);
            return true;
        }
    QToolTip::hideText();
    return true;
}

} // namespace sida::ui
