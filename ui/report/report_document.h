// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "ui/report/block.h"

#include <QString>

#include <memory>
#include <string>
#include <vector>

class QIODevice;
class QPainter;

namespace sida::ui
{

/// A report laid out on sheets of A4: what its HTML page says, as lines and letters. Needs a QGuiApplication
/// for its fonts.
class ReportDocument
{
public:
    /// A sheet in pixels of the page, of which the text takes 820.
    static constexpr double kSheetWidth = 946;
    static constexpr double kSheetHeight = 1338;

    /// From a page that engine/report made; a `badInput` error for anything else.
    static Result<ReportDocument> fromHtml(const std::string& html);

    const QString& title() const { return m_title; }
    int pages() const { return static_cast<int>(m_pages.size()); }
    /// Draws a sheet, counted from 0, with its corner at the painter's origin.
    void paint(QPainter& painter, int page) const;
    /// Everything written in the report.
    QString text() const { return m_markup->body.wholeText(); }
    /// Classes of its drawings that paper has no look for.
    QStringList unknownClasses() const;

    /// `out` is open for writing.
    void writePdf(QIODevice& out) const;
    /// An `io` error when the file cannot be written; it is whole or absent.
    Status savePdf(const QString& file) const;

private:
    struct Placed {
        const Block* block = nullptr;
        double y = 0;
    };
    void layOut();

    QString m_title;
    /// Blocks point into it.
    std::shared_ptr<const ReportMarkup> m_markup;
    std::shared_ptr<const std::vector<BlockGroup>> m_groups;
    std::vector<std::vector<Placed>> m_pages;
};

} // namespace sida::ui
