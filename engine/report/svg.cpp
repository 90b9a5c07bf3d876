// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/svg.h"

#include "engine/report/html.h"

#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace sida::report
{

namespace
{

/// A tenth of a pixel is finer than any screen shows; whole numbers lose their ".0".
std::string coordinate(double value)
{
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0"))
        text.resize(text.size() - 2);
    return text == "-0" ? "0" : text;
}

} // namespace

Svg::Svg(double width, double height, std::string_view label)
    : m_markup(fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", coordinate(width), coordinate(height),
        escape(label)))
{
}

void Svg::line(Point from, Point to, std::string_view cssClass)
{
    m_markup += fmt::format(
        "<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", cssClass, coordinate(from.x),
        coordinate(from.y), coordinate(to.x), coordinate(to.y));
}

void Svg::rect(Point corner, double width, double height, std::string_view cssClass)
{
    m_markup += fmt::format(
        "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", cssClass, coordinate(corner.x),
        coordinate(corner.y), coordinate(width), coordinate(height));
}

void Svg::cell(Point corner, double width, double height, std::string_view fill, const std::string& tooltip)
{
    m_markup += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"", coordinate(corner.x),
        coordinate(corner.y), coordinate(width), coordinate(height), fill);
    m_markup += tooltip.empty() ? std::string("/>\n")
                                : fmt::format("><title>{}</title></rect>\n", escape(tooltip));
}

void Svg::text(Point at, std::string_view text, std::string_view anchor, std::string_view cssClass)
{
    m_markup += fmt::format("<text x=\"{}\" y=\"{}\"", coordinate(at.x), coordinate(at.y));
    if (anchor != "start")
        m_markup += fmt::format(" text-anchor=\"{}\"", anchor);
    if (!cssClass.empty())
        m_markup += fmt::format(" class=\"{}\"", cssClass);
    m_markup += fmt::format(">{}</text>\n", escape(text));
}

void Svg::polyline(std::span<const Point> points, std::string_view cssClass)
{
    std::string path;
    bool drawing = false;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!std::isfinite(points[i].y)) {
            drawing = false;
            continue;
        }
        path += fmt::format("{}{} {}", drawing ? 'L' : 'M', coordinate(points[i].x), coordinate(points[i].y));
        const bool lonely = !drawing && (i + 1 == points.size() || !std::isfinite(points[i + 1].y));
        if (lonely) // a point between two gaps would leave no mark
            path += "h0.1";
        drawing = true;
    }
    if (!path.empty())
        m_markup += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", cssClass, path);
}

std::string Svg::finish()
{
    return std::exchange(m_markup, {}) + "</svg>\n";
}

} // namespace sida::report
