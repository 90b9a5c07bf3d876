// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/drawing.h"

#include "ui/report/canvas.h"

#include <QPainterPath>

#include <algorithm>
#include <array>
#include <cmath>

namespace sida::ui
{

namespace
{

enum class Pattern { none, falling, dots, rising, crosses };

/// The same as in the page's style sheet (engine/report/html_style.cpp), light.
struct Look {
    const char* name;
    QColor fill;
    QColor stroke;
    double width = 0;
    double dash = 0;
    double gap = 0;
    Pattern pattern = Pattern::none;
};

const QColor kEdge(0, 0, 0, 102);

const std::array<Look, 33>& looks()
{
    const QColor none;
    static const std::array<Look, 33> all = {{
        {"grid", none, ink::grid, 1},
        {"axis", none, ink::border, 1},
        {"budget", none, ink::budget, 1.5, 7, 4},
        {"refused", none, ink::budget, 1.5, 1.5, 3},
        {"line-samples", none, ink::text, 1.6},
        {"line-hits", none, QColor(0x00, 0x79, 0x5a), 1.6},
        {"line-copies", none, QColor(0x0f, 0x7c, 0xb8), 1.6},
        {"compute", QColor(0x6f, 0x84, 0x99), kEdge, 1},
        {"bus", QColor(0xa9, 0xac, 0xb1), kEdge, 1, 0, 0, Pattern::falling},
        {"late", QColor(0xf0, 0xe4, 0x42), kEdge, 1, 0, 0, Pattern::dots},
        {"unpredicted", QColor(0xd5, 0x5e, 0x00), kEdge, 1, 0, 0, Pattern::rising},
        {"evicted", QColor(0xcc, 0x79, 0xa7), kEdge, 1, 0, 0, Pattern::crosses},
        {"slots", QColor(0x00, 0x72, 0xb2), none},
        {"activations", QColor(0xe6, 0x9f, 0x00), none},
        {"staging", QColor(0x56, 0xb4, 0xe9), none},
        {"predictor", QColor(0xcc, 0x79, 0xa7), none},
        {"dense", QColor(0x99, 0x99, 0x99), none},
        {"context", QColor(0x6e, 0x6e, 0x6e), none},
        {"never", QColor(0xe4, 0xe6, 0xe9), none},
        {"run-a", none, ink::text, 1.6},
        {"run-b", none, QColor(0x0f, 0x7c, 0xb8), 1.6, 6, 3},
        {"run-c", none, QColor(0xb3, 0x47, 0x00), 1.6, 2, 2.5},
        {"run-d", none, QColor(0x00, 0x79, 0x5a), 1.6, 9, 3},
        {"point-a", ink::text, none},
        {"point-b", QColor(0x0f, 0x7c, 0xb8), none},
        {"bound", none, ink::secondary, 1.2, 2, 3},
        // Of texts, which have no area.
        {"secondary", none, none},
        {"strong", none, none},
        {"halo", none, none},
        {"budget-text", none, none},
        {"middle", none, none},
        {"minus", QColor(0x0f, 0x7c, 0xb8), none},
        {"plus", QColor(0xb3, 0x47, 0x00), none},
    }};
    return all;
}

const Look* find(const QString& name)
{
    const auto found = std::find_if(
        looks().begin(), looks().end(), [&](const Look& look) { return name == QLatin1String(look.name); });
    return found == looks().end() ? nullptr : &*found;
}

/// What the classes of an element say together, the last one loudest.
Look lookOf(const Markup& element)
{
    Look look{};
    look.name = "";
    for (const QString& name : element.attribute("class").split(u' ', Qt::SkipEmptyParts)) {
        const Look* found = find(name);
        if (found == nullptr)
            continue;
        if (found->fill.isValid())
            look.fill = found->fill;
        if (found->stroke.isValid()) {
            look.stroke = found->stroke;
            look.width = found->width;
            look.dash = found->dash;
            look.gap = found->gap;
        }
        look.pattern = found->pattern;
    }
    const QString fill = element.attribute("fill");
    if (fill.startsWith(u'#'))
        look.fill = QColor(fill);
    return look;
}

QPen penOf(const Look& look)
{
    if (!look.stroke.isValid() || look.width <= 0)
        return Qt::NoPen;
    QPen pen(look.stroke, look.width);
    pen.setJoinStyle(Qt::RoundJoin);
    if (look.dash > 0) {
        pen.setCapStyle(Qt::FlatCap);
        pen.setDashPattern({look.dash / look.width, look.gap / look.width});
    }
    return pen;
}

/// The second cue beside a colour, as lines.
void paintPattern(QPainter& painter, const QRectF& box, Pattern pattern)
{
    if (pattern == Pattern::none || box.isEmpty())
        return;
    painter.save();
    painter.setClipRect(box, Qt::IntersectClip);
    const QColor dark(0, 0, 0, 191);
    const double tile = pattern == Pattern::falling || pattern == Pattern::dots ? 5 : 6;
    QPainterPath path;
    if (pattern == Pattern::falling || pattern == Pattern::rising) {
        for (double x = box.left() - box.height(); x < box.right() + box.height(); x += tile) {
            const bool falls = pattern == Pattern::falling;
            path.moveTo(x, falls ? box.top() : box.bottom());
            path.lineTo(x + box.height(), falls ? box.bottom() : box.top());
        }
        painter.strokePath(
            path, pattern == Pattern::falling ? QPen(dark, 0.9) : QPen(QColor(0xff, 0xe3, 0xcf), 1.2));
        painter.restore();
        return;
    }
    for (double y = box.top(); y < box.bottom(); y += tile) {
        for (double x = box.left(); x < box.right(); x += tile) {
            if (pattern == Pattern::dots) {
                path.addEllipse(QPointF(x + tile / 2, y + tile / 2), 0.9, 0.9);
                continue;
            }
            path.moveTo(x + 1.5, y + 1.5);
            path.lineTo(x + 4.5, y + 4.5);
            path.moveTo(x + 4.5, y + 1.5);
            path.lineTo(x + 1.5, y + 4.5);
        }
    }
    if (pattern == Pattern::dots)
        painter.fillPath(path, dark);
    else
        painter.strokePath(path, QPen(dark, 0.9));
    painter.restore();
}

void paintRect(QPainter& painter, const Markup& element)
{
    const Look look = lookOf(element);
    const QRectF box(
        element.number("x"), element.number("y"), element.number("width"), element.number("height"));
    if (look.fill.isValid())
        painter.fillRect(box, look.fill);
    paintPattern(painter, box, look.pattern);
    if (look.stroke.isValid() && box.width() > 0) {
        painter.setPen(penOf(look));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box);
    }
}

void paintText(QPainter& painter, const Markup& element)
{
    TypeStyle style{11.5, 14, element.hasClass("strong"), ink::text};
    if (element.hasClass("secondary"))
        style.color = ink::secondary;
    if (element.hasClass("budget-text"))
        style.color = ink::budgetText;
    const QString anchor = element.attribute("text-anchor");
    const Qt::Alignment alignment = anchor == QLatin1String("end") ? Qt::AlignRight
        : anchor == QLatin1String("middle")                        ? Qt::AlignHCenter
                                                                   : Qt::AlignLeft;
    drawLine(
        painter, element.number("x"), element.number("y"), element.wholeText(), style, alignment,
        element.hasClass("halo"));
}

/// Moves and lines, as Svg::polyline of the report writes them: "M1 2L3 4h0.1".
QPainterPath pathOf(const QString& text)
{
    QPainterPath path;
    qsizetype at = 0;
    const auto number = [&] {
        while (at < text.size() && text[at] == u' ')
            ++at;
        const qsizetype from = at;
        while (at < text.size() && (text[at].isDigit() || text[at] == u'.' || text[at] == u'-'))
            ++at;
        return QStringView(text).mid(from, at - from).toDouble();
    };
    while (at < text.size()) {
        const QChar command = text[at++];
        if (command == u'h') {
            path.lineTo(path.currentPosition() + QPointF(number(), 0));
            continue;
        }
        const double x = number();
        const double y = number();
        if (command == u'M')
            path.moveTo(x, y);
        else if (command == u'L')
            path.lineTo(x, y);
    }
    return path;
}

void paintElement(QPainter& painter, const Markup& element)
{
    if (element.is("rect")) {
        paintRect(painter, element);
    } else if (element.is("line")) {
        painter.setPen(penOf(lookOf(element)));
        painter.drawLine(
            QPointF(element.number("x1"), element.number("y1")),
            QPointF(element.number("x2"), element.number("y2")));
    } else if (element.is("path")) {
        QPen pen = penOf(lookOf(element));
        if (pen.style() == Qt::SolidLine)
            pen.setCapStyle(Qt::RoundCap);
        painter.strokePath(pathOf(element.attribute("d")), pen);
    } else if (element.is("text")) {
        paintText(painter, element);
    }
}

} // namespace

QSizeF drawingSize(const Markup& svg)
{
    const QStringList box = svg.attribute("viewBox").split(u' ');
    return box.size() == 4 ? QSizeF(box[2].toDouble(), box[3].toDouble()) : QSizeF();
}

void paintDrawing(QPainter& painter, const Markup& svg, const QPointF& corner, double width)
{
    const QSizeF size = drawingSize(svg);
    if (size.isEmpty())
        return;
    painter.save();
    painter.translate(corner);
    painter.scale(width / size.width(), width / size.width());
    for (const Markup& element : svg.children)
        paintElement(painter, element);
    painter.restore();
}

QStringList unknownClasses(const Markup& svg)
{
    QStringList unknown;
    for (const Markup& element : svg.children) {
        for (const QString& name : element.attribute("class").split(u' ', Qt::SkipEmptyParts))
            if (find(name) == nullptr && !unknown.contains(name))
                unknown.push_back(name);
        unknown += unknownClasses(element);
    }
    return unknown;
}

} // namespace sida::ui
