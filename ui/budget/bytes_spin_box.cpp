// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/bytes_spin_box.h"

#include "ui/host/text.h"

#include <QSignalBlocker>

namespace sida::ui
{

BytesSpinBox::BytesSpinBox(QWidget* parent)
    : QDoubleSpinBox(parent)
{
    setDecimals(0);
    setRange(0, static_cast<double>(std::uint64_t{1} << 50));
    setKeyboardTracking(false);
    connect(this, &QDoubleSpinBox::valueChanged, this, [this] { Q_EMIT bytesEntered(bytes()); });
}

void BytesSpinBox::setBytes(std::uint64_t bytes)
{
    const QSignalBlocker blocker(this);
    setValue(static_cast<double>(bytes));
}

QString BytesSpinBox::textFromValue(double value) const
{
    return value > 0 ? bytesText(static_cast<std::uint64_t>(value)) : QStringLiteral("-");
}

QString BytesSpinBox::withUnit(const QString& text) const
{
    const QString trimmed = text.trimmed();
    bool plain = false;
    trimmed.toDouble(&plain);
    if (!plain)
        return trimmed;
    const QString shown = textFromValue(value());
    return trimmed + shown.mid(shown.lastIndexOf(QLatin1Char(' ')));
}

double BytesSpinBox::valueFromText(const QString& text) const
{
    // What is shown is rounded: leaving the field untouched must not change the value.
    if (text.trimmed() == textFromValue(value()))
        return value();
    const auto budget = units::parseBudget(withUnit(text).remove(QLatin1Char(',')).toStdString());
    return budget && budget->kind == units::Budget::Kind::bytes ? static_cast<double>(budget->bytes)
                                                                : value();
}

QValidator::State BytesSpinBox::validate(QString& text, int&) const
{
    const auto budget = units::parseBudget(withUnit(text).remove(QLatin1Char(',')).toStdString());
    return budget && budget->kind == units::Budget::Kind::bytes ? QValidator::Acceptable
                                                                : QValidator::Intermediate;
}

} // namespace sida::ui
