// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/compare_html.h"
#include "engine/report/report.h"
#include "tests/gui/support/scripted_recording.h"
#include "ui/report/report_document.h"

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <gtest/gtest.h>

namespace sida::ui
{
namespace
{

std::shared_ptr<const api::Recording> recording(std::uint64_t seed = 7, int layers = 3)
{
    test::RecordingScript script;
    script.seed = seed;
    script.layers = layers;
    return test::scriptedRecording(script);
}

ReportDocument documentOf(const std::string& html)
{
    auto document = ReportDocument::fromHtml(html);
    EXPECT_TRUE(document) << document.error().message;
    return std::move(*document);
}

std::string comparison()
{
    const auto a = recording(7);
    const auto b = recording(8);
    const api::NamedRecording runs[] = {{"a.sida", a.get()}, {"b.sida", b.get()}};
    return report::compareHtml(runs).value();
}

QImage pictureOf(const ReportDocument& document, int page)
{
    QImage image(
        static_cast<int>(ReportDocument::kSheetWidth), static_cast<int>(ReportDocument::kSheetHeight),
        QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    document.paint(painter, page);
    return image;
}

int lowestInk(const QImage& image, int above)
{
    for (int y = above; y > 0; --y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixelColor(x, y) != QColor(Qt::white))
                return y;
    return 0;
}

TEST(ReportDocument, SaysWhatThePageSays)
{
    const ReportDocument document = documentOf(report::toHtml(*recording(), "run.sida"));
    for (const char* text :
         {"SiDA Studio run report", "Over the run", "Where the time went", "Experts used", "Layer by layer",
          "How it was made"})
        EXPECT_TRUE(document.text().contains(QLatin1String(text))) << text;
    EXPECT_TRUE(document.title().endsWith(QStringLiteral("SiDA Studio")));
}

TEST(ReportDocument, HasALookForEverythingThatAReportDraws)
{
    api::Recording noted = *recording();
    noted.notes = {{noted.rows.batches[1].begin, "a remark"}};
    const ReportDocument withNotes = documentOf(report::toHtml(noted, "run.sida"));
    EXPECT_EQ(withNotes.unknownClasses().join(u' '), QString());
    EXPECT_TRUE(withNotes.text().contains(QStringLiteral("a remark")));
    EXPECT_EQ(documentOf(comparison()).unknownClasses().join(u' '), QString());
    api::ReplayResult replay;
    replay.residentBytes = 100;
    replay.curves.push_back({{api::Policy::sida, api::Eviction::lookahead, false}, {{}, {}, {}}, 1});
    replay.curves.push_back({{api::Policy::onDemand, api::Eviction::lru, true}, {{}, {}, {}}, -1});
    const ReportDocument document = documentOf(report::toHtml(*recording(), "run.sida", &replay));
    EXPECT_TRUE(document.text().contains(QStringLiteral("What other budgets would give")));
    EXPECT_EQ(document.unknownClasses().join(u' '), QString());
}

TEST(ReportDocument, NothingRunsOverTheFootOfASheet)
{
    const ReportDocument document = documentOf(report::toHtml(*recording(7, 60), "run.sida"));
    ASSERT_GE(document.pages(), 3);
    for (int page = 0; page < document.pages(); ++page) {
        const QImage image = pictureOf(document, page);
        const int foot = static_cast<int>(ReportDocument::kSheetHeight) - 56;
        EXPECT_LT(lowestInk(image, foot), foot - 4) << "page " << page;
        EXPECT_GT(lowestInk(image, foot), 100) << "page " << page << " is empty";
    }
}

TEST(ReportDocument, TextFromOutsideStaysText)
{
    api::Recording evil = *recording();
    evil.header.modelName = "<h2>no & heading</h2>";
    const ReportDocument document = documentOf(report::toHtml(evil, "<b>.sida"));
    EXPECT_TRUE(document.text().contains(QStringLiteral("<h2>no & heading</h2>")));
}

TEST(ReportDocument, ARunWithoutABatchIsOnPaperToo)
{
    api::Recording empty;
    empty.header = recording()->header;
    EXPECT_GE(documentOf(report::toHtml(empty, "empty.sida")).pages(), 1);
}

TEST(ReportDocument, WhatIsNoReportIsRefused)
{
    EXPECT_FALSE(ReportDocument::fromHtml("<html><body>hello</body></html>"));
    const auto torn = ReportDocument::fromHtml("<main><p>hello</main>");
    ASSERT_FALSE(torn);
    EXPECT_EQ(torn.error().kind, ErrorKind::badInput);
}

TEST(ReportDocument, IsWrittenAsAPdfOfAsManyPages)
{
    const ReportDocument document = documentOf(comparison());
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    document.writePdf(buffer);
    EXPECT_TRUE(buffer.data().startsWith("%PDF-"));
    EXPECT_EQ(buffer.data().count("/Type /Page\n"), document.pages());
    EXPECT_FALSE(document.savePdf(QStringLiteral("/nowhere/report.pdf")));
}

} // namespace
} // namespace sida::ui
