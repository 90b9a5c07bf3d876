// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sida::report
{

struct Point {
    double x = 0;
    double y = 0; ///< NaN leaves a gap in a line
};

/// Builds one inline SVG drawing. Colours, strokes and type come from classes of the page's style sheet, so
/// that a drawing follows the light and the dark theme; a fill that is computed is given as a colour.
class Svg
{
public:
    /// `label` says to a screen reader what the drawing shows.
    Svg(double width, double height, std::string_view label);

    void line(Point from, Point to, std::string_view cssClass);
    void rect(Point corner, double width, double height, std::string_view cssClass);
    /// With its own fill, and `tooltip` when it is not empty.
    void
    cell(Point corner, double width, double height, std::string_view fill, const std::string& tooltip = {});
    /// One text line; `text` is escaped. `anchor` is start, middle or end.
    void
    text(Point at, std::string_view text, std::string_view anchor = "start", std::string_view cssClass = {});
    void polyline(std::span<const Point> points, std::string_view cssClass);

    std::string finish();

private:
    std::string m_markup;
};

} // namespace sida::report
