// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/banner.h"

#include "ui/run/style_property.h"
#include "ui/theme/theme_manager.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <utility>

namespace sida::ui
{

Banner::Banner(QWidget* parent)
    : QFrame(parent)
    , m_mark(new QLabel)
    , m_text(new QLabel)
    , m_action(new QPushButton)
    , m_dismiss(new QPushButton(tr("Dismiss")))
{
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_dismiss->setToolTip(tr("Hide this message (Esc)"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 6, 16, 6);
    row->setSpacing(12);
    row->addWidget(m_mark);
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    row->addWidget(m_dismiss);
    connect(m_dismiss, &QPushButton::clicked, this, &Banner::dismiss);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto act = std::exchange(m_act, {});
        dismiss();
        if (act)
            act();
    });
    hide();
}

void Banner::show(Kind kind, const QString& message, const QString& actionText, std::function<void()> action)
{
    const bool problem = kind == Kind::problem;
    m_problem = problem;
    m_mark->setText(
        problem ? QString(QChar(0x25CF)) + tr("  Problem") : QString(QChar(0x25CB)) + tr("  Note"));
    setStyleProperty(m_mark, "role", problem ? QStringLiteral("missing") : QStringLiteral("strong"));
    m_text->setText(message);
    m_act = std::move(action);
    m_action->setText(actionText);
    m_action->setVisible(m_act != nullptr && !actionText.isEmpty());
    setAccessibleName(m_mark->text().simplified() + QStringLiteral(": ") + message);
    QFrame::show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void Banner::dismiss()
{
    m_act = {};
    hide();
}

QString Banner::message() const
{
    return m_text->text();
}

void Banner::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.color(Role::base));
    painter.fillRect(QRect(0, 0, 4, height()), theme.color(m_problem ? Role::missing : Role::accent));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.color(Role::border));
}

void Banner::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

} // namespace sida::ui
