// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report_document.h"

#include "ui/report/canvas.h"
#include "ui/report/drawing.h"

#include <QPageLayout>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>

namespace sida::ui
{

namespace
{

constexpr double kWidth = 820;
constexpr double kSide = (ReportDocument::kSheetWidth - kWidth) / 2;
constexpr double kTop = 62;
constexpr double kBottom = ReportDocument::kSheetHeight - 74;

} // namespace

Result<ReportDocument> ReportDocument::fromHtml(const std::string& html)
{
    SIDA_TRY_ASSIGN(ReportMarkup markup, parseReport(html));
    ReportDocument document;
    document.m_title = markup.title;
    document.m_markup = std::make_shared<const ReportMarkup>(std::move(markup));
    document.m_groups
        = std::make_shared<const std::vector<BlockGroup>>(blocksOf(document.m_markup->body, kWidth));
    document.layOut();
    return document;
}

void ReportDocument::layOut()
{
    m_pages.emplace_back();
    double y = kTop;
    const auto turn = [&] {
        m_pages.emplace_back();
        y = kTop;
    };
    const auto put = [&](const Block& block) {
        y += m_pages.back().empty() ? 0 : block.before;
        m_pages.back().push_back({&block, y});
        y += block.height;
    };
    for (const BlockGroup& group : *m_groups) {
        const double whole = group.height();
        const double before = group.blocks.front().before;
        // Long tables may be torn between their rows; leaving half a page empty for them would be worse.
        if (!m_pages.back().empty() && y + before + whole > kBottom && whole < (kBottom - kTop) * 0.6)
            turn();
        for (std::size_t i = 0; i < group.blocks.size(); ++i) {
            const Block& block = group.blocks[i];
            double needed = block.before + block.height;
            for (std::size_t next = i; group.blocks[next].keepWithNext && next + 1 < group.blocks.size();
                 ++next)
                needed += group.blocks[next + 1].before + group.blocks[next + 1].height;
            if (!m_pages.back().empty() && y + needed > kBottom) {
                turn();
                if (block.repeated)
                    put(*block.repeated);
            }
            put(block);
        }
    }
}

void ReportDocument::paint(QPainter& painter, int page) const
{
    if (page < 0 || page >= pages())
        return;
    for (const Placed& placed : m_pages[static_cast<std::size_t>(page)])
        placed.block->paint(painter, kSide, placed.y);
    const TypeStyle style{11, 16, false, ink::secondary};
    const double y = kSheetHeight - 40;
    drawLine(painter, kSide, y, m_title, style);
    drawLine(
        painter, kSheetWidth - kSide, y, QStringLiteral("page %1 of %2").arg(page + 1).arg(pages()), style,
        Qt::AlignRight);
}

QStringList ReportDocument::unknownClasses() const
{
    QStringList found;
    const std::function<void(const Markup&)> visit = [&](const Markup& element) {
        if (element.is("svg"))
            found += sida::ui::unknownClasses(element);
        else
            for (const Markup& child : element.children)
                visit(child);
    };
    visit(m_markup->body);
    found.removeDuplicates();
    return found;
}

void ReportDocument::writePdf(QIODevice& out) const
{
    QPdfWriter writer(&out);
    writer.setTitle(m_title);
    writer.setCreator(QStringLiteral("SiDA Studio"));
    writer.setResolution(1200);
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait, QMarginsF(0, 0, 0, 0)));
    QPainter painter(&writer);
    const double scale = writer.width() / kSheetWidth;
    for (int page = 0; page < pages(); ++page) {
        if (page > 0)
            writer.newPage();
        painter.save();
        painter.scale(scale, scale);
        paint(painter, page);
        painter.restore();
    }
}

Status ReportDocument::savePdf(const QString& file) const
{
    QSaveFile out(file);
    if (out.open(QIODevice::WriteOnly)) {
        writePdf(out);
        if (out.commit())
            return {};
    }
    return failure(
        ErrorKind::io, "cannot write '" + file.toStdString() + "': " + out.errorString().toStdString());
}

} // namespace sida::ui
