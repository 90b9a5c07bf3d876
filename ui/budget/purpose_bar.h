// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"

#include <QWidget>

namespace sida::ui
{

/// One bar of this process's device memory, a piece for each purpose, against the budget.
class PurposeBar : public QWidget
{
    Q_OBJECT
public:
    explicit PurposeBar(QWidget* parent = nullptr);

    void setBytes(const api::PurposeBytes& bytes, std::uint64_t budget);
    /// Written into the piece of the expert slots where it fits.
    void setSlotText(const QString& text);
    QSize sizeHint() const override { return {240, 16}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Piece {
        api::Purpose purpose;
        QRect rect;
    };
    QList<Piece> pieces() const;

    api::PurposeBytes m_bytes{};
    std::uint64_t m_budget = 0;
    QString m_slotText;
};

} // namespace sida::ui
