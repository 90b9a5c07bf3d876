// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QRectF>
#include <QString>

#include <vector>

namespace sida::ui
{

/// How a piece of text is set; sizes in pixels of the page.
struct TypeStyle {
    double size = 14;
    double lineHeight = 20;
    bool strong = false;
    QColor color;
};

/// Paper is always light.
namespace ink
{
const QColor text(0x1b, 0x1d, 0x21);
const QColor secondary(0x56, 0x5b, 0x65);
const QColor border(0xc6, 0xc9, 0xcf);
const QColor grid(0xe7, 0xe9, 0xec);
const QColor budget(0xd5, 0x5e, 0x00);
const QColor budgetText(0xb3, 0x47, 0x00);
const QColor caution(0xff, 0xf6, 0xe5);
const QColor paper(0xff, 0xff, 0xff);
} // namespace ink

/// Text broken into lines for one width, the same on paper and on every screen.
class Paragraph
{
public:
    Paragraph() = default;
    Paragraph(const QString& text, const TypeStyle& style, double width);

    double height() const { return static_cast<double>(m_lines.size()) * m_style.lineHeight; }
    double width() const { return m_width; } ///< of the longest line
    void paint(QPainter& painter, double x, double y, Qt::Alignment alignment = Qt::AlignLeft) const;

private:
    TypeStyle m_style;
    std::vector<QString> m_lines;
    double m_given = 0;
    double m_width = 0;
};

double textWidth(const QString& text, const TypeStyle& style);

/// `x` is where the text begins, is centred or ends; `baseline` the line it stands on. With a halo it can be
/// read on whatever lies below.
void drawLine(
    QPainter& painter, double x, double baseline, const QString& text, const TypeStyle& style,
    Qt::Alignment alignment = Qt::AlignLeft, bool halo = false);

} // namespace sida::ui
