// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace sida::ui
{

/// Says that files may be dropped. The window itself takes them, wherever they fall.
class DropArea : public QWidget
{
    Q_OBJECT
public:
    explicit DropArea(QWidget* parent = nullptr);
    /// Files are held over the window now.
    void setActive(bool active);
    QSize minimumSizeHint() const override { return {200, 96}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_active = false;
};

} // namespace sida::ui
