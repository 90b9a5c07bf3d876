// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"

#include <QBrush>
#include <QColor>
#include <QFont>
#include <QPalette>
#include <QPen>
#include <QString>

class QApplication;

namespace sida::ui
{

/// What a colour is for. One colour means one thing in every view.
enum class Role {
    window,
    base, ///< behind plots and tables
    dockTitle,
    button,
    text,
    secondaryText,
    disabledText,
    border,
    grid,
    accent, ///< primary button, selection frame
    accentText, ///< on the accent
    selectionFill,
    neverUsed, ///< heatmap: not a small number, none
    samplesLine,
    hitRateLine,
    rateLine,
    budgetLine,
    budgetText,
    compute,
    ready,
    missing,
    evictionTick,
    markEdge, ///< thin edge round pale fills; transparent in the dark theme
};

/// Sizes and weights of the type; figures are tabular in all of them.
enum class TextStyle { body, small, strong, smallStrong, section, verdict, title };

/// Colours, hatches and fonts of one appearance. A value: copy it freely, compare with ==.
///
/// Properties the style sheet knows: QPushButton[primary="true"] (the one accented button, 32 high),
/// QToolButton[segment="true"] (exclusive row, borders overlapping by one; first and last get
/// [segmentEnd="first"|"last"]),
/// QLabel[role="secondary"|"strong"|"section"|"verdict"|"title"|"missing"|"ready"], QFrame[role="card"],
/// QWidget[role="dockTitle"].
class Theme
{
public:
    enum class Kind { light, dark };

    explicit Theme(Kind kind = Kind::light)
        : m_kind(kind)
    {
    }
    static Theme light() { return Theme(Kind::light); }
    static Theme dark() { return Theme(Kind::dark); }
    /// Light or dark by the lightness of the window colour.
    static Theme matching(const QPalette& palette);

    Kind kind() const { return m_kind; }
    bool isDark() const { return m_kind == Kind::dark; }
    bool operator==(const Theme&) const = default;

    QColor color(Role role) const;
    QColor color(api::Purpose purpose) const;
    QColor color(api::Outcome outcome) const;
    QColor color(api::StallCause cause) const;
    QColor color(api::TransferKind kind) const;
    /// The colour with its second cue: dots, stripes or crosses, so that it can be told without colour.
    QBrush brush(api::StallCause cause) const;
    QBrush brush(api::Outcome outcome) const;
    QBrush brush(api::TransferKind kind) const;
    /// Grey stripes for memory that other processes hold.
    QBrush otherProcesses() const;
    /// One pixel round a pale mark on white; no pen in the dark theme.
    QPen markPen() const;
    /// The dashed line of the budget.
    QPen budgetPen() const;

    /// Magnitude in 0..1 on a perceptually uniform map that starts above black, so that the smallest value
    /// still differs from the background. "Never used" has its own colour: Role::neverUsed.
    QColor magnitude(double share) const;
    /// Difference in -1..1, pale in the middle.
    QColor difference(double value) const;

    QPalette palette() const;
    QString styleSheet() const;
    static QFont font(TextStyle style);

private:
    Kind m_kind;
};

/// Makes the whole application look so: Fusion, palette, fonts and style sheet.
void applyTheme(QApplication& application, const Theme& theme);

} // namespace sida::ui
