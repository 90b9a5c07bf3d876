// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/report_document.h"

#include <QScrollArea>

#include <optional>

namespace sida::ui
{

/// The sheets of a report below one another, as they come out of the printer.
class ReportView : public QScrollArea
{
    Q_OBJECT
public:
    explicit ReportView(QWidget* parent = nullptr);

    void setDocument(std::optional<ReportDocument> document);
    const std::optional<ReportDocument>& document() const { return m_document; }
    /// Share of a sheet's own size; at first the sheets are as wide as the view.
    void setZoom(double zoom);
    double zoom() const;
    void fitWidth();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    class Sheets;
    void layOut();

    std::optional<ReportDocument> m_document;
    Sheets* m_sheets;
    double m_zoom = 0; ///< 0 = as wide as the view
};

} // namespace sida::ui
