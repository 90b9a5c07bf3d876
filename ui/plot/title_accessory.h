// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QString>
#include <QWidget>

#include <functional>
#include <vector>

namespace sida::ui
{

class Theme;

/// What stands in a view's title bar: a note or a legend from the left, what is in view at the right. What
/// does not fit is shortened from the right so that the title bar never asks for more room.
class TitleAccessory : public QWidget
{
    Q_OBJECT
public:
    struct Entry {
        std::function<QBrush(const Theme&)> brush;
        QString text;
    };

    explicit TitleAccessory(QWidget* parent);
    void setNote(const QString& note);
    void setLegend(std::vector<Entry> entries);
    void setSummary(const QString& summary);
    const QString& note() const { return m_note; }
    const QString& summary() const { return m_summary; }

    QSize sizeHint() const override { return {240, 24}; }
    QSize minimumSizeHint() const override { return {0, 24}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void describe();

    QString m_note;
    QString m_summary;
    std::vector<Entry> m_legend;
};

} // namespace sida::ui
