// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/option_box.h"

#include <QStandardItemModel>
#include <QWheelEvent>

namespace sida::ui
{

namespace
{

constexpr int kTipRole = Qt::UserRole + 1;

} // namespace

OptionBox::OptionBox(const QString& accessibleName, QWidget* parent)
    : QComboBox(parent)
{
    setAccessibleName(accessibleName);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(8);
    setFocusPolicy(Qt::StrongFocus);
    connect(this, &QComboBox::activated, this, &OptionBox::chosen);
}

void OptionBox::addValue(int value, const QString& text, const QString& tip)
{
    addItem(text, value);
    setItemData(count() - 1, tip, kTipRole);
    setItemData(count() - 1, tip, Qt::ToolTipRole);
}

void OptionBox::setReason(int value, const QString& reason)
{
    const int index = findData(value);
    auto* items = qobject_cast<QStandardItemModel*>(model());
    if (index < 0 || !items)
        return;
    items->item(index)->setEnabled(reason.isEmpty());
    setItemData(index, reason.isEmpty() ? itemData(index, kTipRole) : QVariant(reason), Qt::ToolTipRole);
}

void OptionBox::wheelEvent(QWheelEvent* event)
{
    if (hasFocus())
        QComboBox::wheelEvent(event);
    else
        event->ignore();
}

} // namespace sida::ui
