// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"

#include <QWidget>
#include <array>

namespace sida::ui
{

/// The time of a batch as one bar: its stalls by cause, the rest computation; below it each part in words.
class CauseBar : public QWidget
{
    Q_OBJECT
public:
    explicit CauseBar(QWidget* parent = nullptr);

    void setTimes(const std::array<Nanoseconds, api::kStallCauses>& stalls, Nanoseconds whole);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::array<Nanoseconds, api::kStallCauses> m_stalls{};
    Nanoseconds m_whole = 0;
};

} // namespace sida::ui
