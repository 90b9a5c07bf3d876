// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/canvas.h"

#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <QTextLayout>

namespace sida::ui
{

namespace
{

/// Fonts have whole pixels only, and the sizes of the page do not: text is laid out this much larger.
constexpr double kScale = 20;

QFont fontOf(const TypeStyle& style)
{
    QFont font = Theme::font(TextStyle::body);
    font.setPixelSize(qRound(style.size * kScale));
    font.setWeight(style.strong ? QFont::DemiBold : QFont::Normal);
    font.setHintingPreference(QFont::PreferNoHinting);
    // Spaced letters are not joined: whoever looks for "differ" in a PDF finds no sign for "ff".
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.1);
    return font;
}

} // namespace

double textWidth(const QString& text, const TypeStyle& style)
{
    return QFontMetricsF(fontOf(style)).horizontalAdvance(text) / kScale;
}

void drawLine(
    QPainter& painter, double x, double baseline, const QString& text, const TypeStyle& style,
    Qt::Alignment alignment, bool halo)
{
    const QFont font = fontOf(style);
    const double width = QFontMetricsF(font).horizontalAdvance(text) / kScale;
    if (alignment.testFlag(Qt::AlignRight))
        x -= width;
    else if (alignment.testFlag(Qt::AlignHCenter))
        x -= width / 2;
    painter.save();
    painter.translate(x, baseline);
    painter.scale(1 / kScale, 1 / kScale);
    painter.setFont(font);
    if (halo) {
        QPainterPath outline;
        outline.addText(0, 0, font, text);
        painter.strokePath(outline, QPen(ink::paper, 4 * kScale, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    }
    painter.setPen(style.color);
    painter.drawText(QPointF(0, 0), text);
    painter.restore();
}

Paragraph::Paragraph(const QString& text, const TypeStyle& style, double width)
    : m_style(style)
    , m_given(width)
{
    QTextLayout layout(text, fontOf(style));
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width * kScale);
        m_lines.push_back(text.mid(line.textStart(), line.textLength()).trimmed());
        m_width = std::max(m_width, line.naturalTextWidth() / kScale);
    }
    layout.endLayout();
}

void Paragraph::paint(QPainter& painter, double x, double y, Qt::Alignment alignment) const
{
    if (alignment.testFlag(Qt::AlignRight))
        x += m_given;
    // The middle of small letters stands in the middle of the line.
    double baseline = y + m_style.lineHeight / 2 + m_style.size * 0.36;
    for (const QString& line : m_lines) {
        drawLine(painter, x, baseline, line, m_style, alignment);
        baseline += m_style.lineHeight;
    }
}

} // namespace sida::ui
