// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>

namespace sida::ui
{

/// A choice among the values of an enumeration. A value that cannot be chosen now stays in the list, greyed,
/// and says why in its tooltip.
class OptionBox : public QComboBox
{
    Q_OBJECT
public:
    explicit OptionBox(const QString& accessibleName, QWidget* parent = nullptr);

    template <typename Enum>
    void add(Enum value, const QString& text, const QString& tip)
    {
        addValue(static_cast<int>(value), text, tip);
    }
    template <typename Enum>
    Enum value() const
    {
        return static_cast<Enum>(currentData().toInt());
    }
    /// Without telling anyone: only what the user chooses is a signal.
    template <typename Enum>
    void setValue(Enum value)
    {
        setCurrentIndex(findData(static_cast<int>(value)));
    }
    /// An empty reason makes it possible again.
    template <typename Enum>
    void setImpossible(Enum value, const QString& reason)
    {
        setReason(static_cast<int>(value), reason);
    }

Q_SIGNALS:
    void chosen();

protected:
    /// Passing over the panel must not change an option.
    void wheelEvent(QWheelEvent* event) override;

private:
    void addValue(int value, const QString& text, const QString& tip);
    void setReason(int value, const QString& reason);
};

} // namespace sida::ui
