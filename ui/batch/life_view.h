// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/batch_focus.h"
#include "ui/plot/time_view.h"

class QScrollBar;

namespace sida::ui
{

/// The life of the experts of one layer in one batch, a row each, on the time axis of all views. Up and Down
/// go from expert to expert.
class LifeView : public TimeView
{
    Q_OBJECT
public:
    explicit LifeView(BatchFocus* focus, QWidget* parent = nullptr);

    QStringList readout() const override;
    QSize sizeHint() const override { return {1296, 192}; }
    QSize minimumSizeHint() const override { return {480, 96}; }

    /// Where an expert's row is; empty when it is scrolled out of sight.
    QRect rowOf(std::uint16_t expert) const;
    QString textAt(const QPoint& point) const;

protected:
    void paintContent(QPainter& painter) override;
    void paintReadout(QPainter& painter) override;
    QString emptyText() const override;
    bool hasContent() const override;
    QRect crosshairArea() const override;
    void contentChanged() override;
    void clicked(const QPoint& point) override;
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRect rowsArea() const;
    QRect row(std::size_t index) const;
    std::optional<std::size_t> rowAt(const QPoint& point) const;
    const LayerStory* layer() const;
    void paintHead(QPainter& painter) const;
    void updateScrollBar();
    void moveSelection(int rows);
    void reveal();

    BatchFocus* m_focus;
    QScrollBar* m_scrollBar;
};

} // namespace sida::ui
