// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report_view.h"

#include "ui/theme/theme_manager.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr double kMargin = 16; ///< around a sheet, in pixels of the screen
constexpr double kLeast = 0.25;
constexpr double kMost = 4;

} // namespace

class ReportView::Sheets : public QWidget
{
public:
    explicit Sheets(ReportView* view)
        : QWidget(view)
        , m_view(view)
    {
    }
    QRectF sheet(int page, double zoom) const
    {
        const double width = ReportDocument::kSheetWidth * zoom;
        const double height = ReportDocument::kSheetHeight * zoom;
        return {
            std::max(kMargin, (this->width() - width) / 2), kMargin + page * (height + kMargin), width,
            height};
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const auto& document = m_view->document();
        if (!document)
            return;
        const double zoom = m_view->zoom();
        for (int page = 0; page < document->pages(); ++page) {
            const QRectF box = sheet(page, zoom);
            if (!box.intersects(event->rect()))
                continue;
            painter.fillRect(box, Qt::white);
            painter.setPen(ThemeManager::instance().theme().color(Role::border));
            painter.drawRect(box);
            painter.save();
            painter.setClipRect(box);
            painter.translate(box.topLeft());
            painter.scale(zoom, zoom);
            document->paint(painter, page);
            painter.restore();
        }
    }

private:
    ReportView* m_view;
};

ReportView::ReportView(QWidget* parent)
    : QScrollArea(parent)
    , m_sheets(new Sheets(this))
{
    setWidget(m_sheets);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Preview of the report"));
    verticalScrollBar()->setSingleStep(40);
}

void ReportView::setDocument(std::optional<ReportDocument> document)
{
    m_document = std::move(document);
    setAccessibleDescription(m_document ? m_document->text().left(2000) : QString());
    layOut();
    verticalScrollBar()->setValue(0);
    m_sheets->update();
}

double ReportView::zoom() const
{
    if (m_zoom > 0)
        return m_zoom;
    return std::clamp((viewport()->width() - 2 * kMargin) / ReportDocument::kSheetWidth, kLeast, kMost);
}

void ReportView::setZoom(double zoom)
{
    m_zoom = std::clamp(zoom, kLeast, kMost);
    layOut();
}

void ReportView::fitWidth()
{
    m_zoom = 0;
    layOut();
}

void ReportView::layOut()
{
    const int pages = m_document ? m_document->pages() : 0;
    const double zoom = this->zoom();
    const double width = ReportDocument::kSheetWidth * zoom + 2 * kMargin;
    const double height = kMargin + pages * (ReportDocument::kSheetHeight * zoom + kMargin);
    m_sheets->resize(std::max(viewport()->width(), static_cast<int>(std::floor(width))), qRound(height));
    m_sheets->update();
}

void ReportView::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    layOut();
}

void ReportView::wheelEvent(QWheelEvent* event)
{
    if (!event->modifiers().testFlag(Qt::ControlModifier))
        return QScrollArea::wheelEvent(event);
    setZoom(zoom() * (event->angleDelta().y() > 0 ? 1.15 : 1 / 1.15));
    event->accept();
}

} // namespace sida::ui
