// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDoubleSpinBox>

#include <cstdint>

namespace sida::ui
{

/// An amount of memory, in the unit that suits it: shows "1.48 GiB", takes "1.48", "1500 MiB" or "2GB". A
/// number alone is in the unit shown.
class BytesSpinBox : public QDoubleSpinBox
{
    Q_OBJECT
public:
    explicit BytesSpinBox(QWidget* parent = nullptr);

    std::uint64_t bytes() const { return static_cast<std::uint64_t>(value()); }
    /// Without a signal: only what the user enters is one.
    void setBytes(std::uint64_t bytes);

    QString textFromValue(double value) const override;
    double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;

Q_SIGNALS:
    void bytesEntered(quint64 bytes);

private:
    QString withUnit(const QString& text) const;
};

} // namespace sida::ui
