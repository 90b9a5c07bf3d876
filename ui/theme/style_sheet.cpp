// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QApplication>
#include <QStyleFactory>

#include <array>
#include <utility>

namespace sida::ui
{

namespace
{

// Written once with names of roles; both appearances come from the same rules.
constexpr const char* kRules = R"(
QToolTip { background: @base; color: @text; border: 1px solid @secondaryText; padding: 4px 8px; }
QMenuBar { background: @window; color: @text; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: @selectionFill; }
QMenu { background: @window; color: @text; border: 1px solid @border; }
QMenu::item { padding: 5px 24px 5px 24px; }
QMenu::item:selected { background: @selectionFill; }
QMenu::item:disabled { color: @disabledText; }
QMenu::separator { height: 1px; background: @border; margin: 4px 0; }
QToolBar { background: @window; border: 0; border-bottom: 1px solid @border; spacing: 8px; padding: 4px 16px; }
QToolBar::separator { width: 1px; background: @border; margin: 4px; }
QStatusBar { background: @window; color: @text; border-top: 1px solid @border; }
QStatusBar::item { border: 0; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }
QSplitter::handle { background: @border; }
QSplitter::handle:hover { background: @accent; }
QDockWidget { color: @text; font-weight: 600; }
QDockWidget::title { background: @dockTitle; padding: 4px 8px; }
QWidget[role="dockTitle"] { background: @dockTitle; }
QPushButton, QToolButton { background: @button; color: @text; border: 1px solid @border; border-radius: 2px;
    padding: 3px 12px; min-height: 16px; }
QPushButton:hover, QToolButton:hover { border-color: @secondaryText; }
QPushButton:pressed, QToolButton:pressed { background: @selectionFill; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QPushButton:disabled, QToolButton:disabled { color: @disabledText; background: @window; }
QPushButton[primary="true"] { background: @accent; color: @accentText; border-color: @accent; font-weight: 600;
    min-height: 24px; }
QPushButton[primary="true"]:hover { border-color: @text; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 2px 11px; }
QPushButton[primary="true"]:disabled { background: @button; color: @disabledText; border-color: @border; }
QToolButton[segment="true"] { border-radius: 0; margin-left: -1px; padding: 3px 4px; }
QToolButton[segmentEnd="first"] { margin-left: 0; border-top-left-radius: 2px; border-bottom-left-radius: 2px; }
QToolButton[segmentEnd="last"] { border-top-right-radius: 2px; border-bottom-right-radius: 2px; }
QToolButton[segment="true"]:checked { background: @selectionFill; border-color: @accent; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; padding: 2px 4px; }
QToolButton[flat="true"]:hover, QToolButton[flat="true"]:focus { border-color: @secondaryText; }
QTabBar { background: @window; }
QTabBar::tab { background: @window; color: @secondaryText; padding: 8px 16px; border: 0; border-top: 2px solid transparent; }
QTabBar::tab:selected { background: @dockTitle; color: @text; border-top-color: @accent; font-weight: 600; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:focus { border: 1px solid @accent; }
QTabWidget::pane { border: 0; border-top: 1px solid @border; }
QHeaderView::section { background: @window; color: @secondaryText; border: 0; border-bottom: 1px solid @border;
    padding: 4px 8px; }
QAbstractItemView { background: @base; color: @text; border: 1px solid @border; selection-background-color: @selectionFill;
    selection-color: @text; }
QHeaderView { border: 0; }
QTableView::item { border: 0; padding: 0 5px; }
QLabel[role="secondary"] { color: @secondaryText; }
QLabel[role="disabled"] { color: @disabledText; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="section"] { font-size: 14px; font-weight: 600; }
QLabel[role="verdict"] { font-size: 16px; font-weight: 600; }
QLabel[role="title"] { font-size: 22px; font-weight: 600; }
QLabel[role="missing"] { color: @missing; }
QLabel[role="ready"] { color: @ready; }
QFrame[role="card"] { background: @base; border: 1px solid @border; border-radius: 2px; }
QFrame[role="card"] QLabel { background: transparent; border: 0; }
QLineEdit { background: @base; color: @text; border: 1px solid @border; border-radius: 2px;
    padding: 2px 6px; min-height: 18px; selection-background-color: @selectionFill; selection-color: @text; }
QLineEdit:focus { border-color: @accent; }
QLineEdit:disabled { color: @disabledText; background: @window; }
QComboBox QAbstractItemView { border: 1px solid @border; }
QProgressBar { background: @base; border: 1px solid @border; border-radius: 2px; color: @text; text-align: center; }
QProgressBar::chunk { background: @accent; }
)";

} // namespace

QString Theme::styleSheet() const
{
    const std::array<std::pair<const char*, Role>, 15> names
        = {{{"@window", Role::window},
            {"@base", Role::base},
            {"@dockTitle", Role::dockTitle},
            {"@button", Role::button},
            {"@text", Role::text},
            {"@secondaryText", Role::secondaryText},
            {"@disabledText", Role::disabledText},
            {"@border", Role::border},
            {"@accentText", Role::accentText}, // before "@accent", which begins the same
            {"@accent", Role::accent},
            {"@selectionFill", Role::selectionFill},
            {"@ready", Role::ready},
            {"@missing", Role::missing},
            {"@grid", Role::grid},
            {"@budgetText", Role::budgetText}}};
    QString rules = QString::fromLatin1(kRules);
    for (const auto& [name, role] : names)
        rules.replace(QLatin1String(name), color(role).name());
    return rules;
}

QPalette Theme::palette() const
{
    QPalette palette(color(Role::button), color(Role::window));
    palette.setColor(QPalette::Window, color(Role::window));
    palette.setColor(QPalette::WindowText, color(Role::text));
    palette.setColor(QPalette::Base, color(Role::base));
    palette.setColor(QPalette::AlternateBase, color(Role::window));
    palette.setColor(QPalette::Text, color(Role::text));
    palette.setColor(QPalette::Button, color(Role::button));
    palette.setColor(QPalette::ButtonText, color(Role::text));
    palette.setColor(QPalette::BrightText, color(Role::accentText));
    palette.setColor(QPalette::ToolTipBase, color(Role::base));
    palette.setColor(QPalette::ToolTipText, color(Role::text));
    palette.setColor(QPalette::PlaceholderText, color(Role::disabledText));
    palette.setColor(QPalette::Highlight, color(Role::selectionFill));
    palette.setColor(QPalette::HighlightedText, color(Role::text));
    palette.setColor(QPalette::Link, color(Role::rateLine));
    palette.setColor(QPalette::LinkVisited, color(Role::secondaryText));
    palette.setColor(QPalette::Mid, color(Role::border));
    palette.setColor(QPalette::Dark, color(Role::border).darker(120));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, color(Role::disabledText));
    return palette;
}

void applyTheme(QApplication& application, const Theme& theme)
{
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(theme.palette());
    QApplication::setFont(Theme::font(TextStyle::body));
    application.setStyleSheet(theme.styleSheet());
}

} // namespace sida::ui
