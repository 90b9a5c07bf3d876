// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/dock_title.h"

#include "ui/theme/theme_manager.h"

#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>

namespace sida::ui
{

namespace
{

/// Two lines or two frames, drawn in the text's colour: an icon file would need one for each theme.
class TitleButton : public QToolButton
{
public:
    enum class Mark { floating, close };

    explicit TitleButton(Mark mark)
        : m_mark(mark)
    {
        setProperty("flat", true);
        setFixedSize(20, 20);
        setFocusPolicy(Qt::TabFocus);
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        QToolButton::paintEvent(event);
        QPainter painter(this);
        painter.setPen(QPen(ThemeManager::instance().theme().color(Role::secondaryText), 1));
        const QRect box(5, 5, 9, 9);
        if (m_mark == Mark::close) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.drawLine(box.topLeft() + QPointF(0.5, 0.5), box.bottomRight() + QPointF(0.5, 0.5));
            painter.drawLine(box.topRight() + QPointF(0.5, 0.5), box.bottomLeft() + QPointF(0.5, 0.5));
        } else {
            painter.drawRect(box.adjusted(0, 3, -3, 0));
            painter.drawLine(box.left() + 3, box.top(), box.right(), box.top());
            painter.drawLine(box.right(), box.top(), box.right(), box.bottom() - 3);
        }
    }

private:
    Mark m_mark;
};

} // namespace

DockTitle::DockTitle(QDockWidget* dock, QWidget* accessory)
    : QWidget(dock)
    , m_dock(dock)
{
    setProperty("role", QStringLiteral("dockTitle"));
    setFixedHeight(24);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 6, 0);
    row->setSpacing(4);
    auto* name = new QLabel(dock->windowTitle());
    name->setProperty("role", QStringLiteral("strong"));
    row->addWidget(name);
    if (accessory) {
        row->addSpacing(12);
        row->addWidget(accessory, 1);
        accessory->show();
    } else {
        row->addStretch(1);
    }
    auto* detach = new TitleButton(TitleButton::Mark::floating);
    detach->setToolTip(tr("Move %1 to a window of its own, or back").arg(dock->windowTitle()));
    detach->setAccessibleName(detach->toolTip());
    connect(detach, &QToolButton::clicked, dock, [dock] { dock->setFloating(!dock->isFloating()); });
    auto* close = new TitleButton(TitleButton::Mark::close);
    close->setToolTip(tr("Close %1; the View menu brings it back").arg(dock->windowTitle()));
    close->setAccessibleName(close->toolTip());
    connect(close, &QToolButton::clicked, dock, &QDockWidget::close);
    row->addWidget(detach);
    row->addWidget(close);
}

void DockTitle::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.color(Role::dockTitle));
}

void DockTitle::mouseDoubleClickEvent(QMouseEvent*)
{
    m_dock->setFloating(!m_dock->isFloating());
}

} // namespace sida::ui
