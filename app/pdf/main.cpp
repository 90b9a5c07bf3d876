// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report_document.h"

#include <QBuffer>
#include <QGuiApplication>

#include <cstdio>
#include <iostream>
#include <iterator>

/// Reads a report's HTML page from standard input and writes it as PDF to standard output. `sida report
/// --format pdf` runs it.
int main(int count, char** values)
{
    qputenv("QT_QPA_PLATFORM", "offscreen"); // it draws on paper only
    const QGuiApplication application(count, values);
    const std::string html(std::istreambuf_iterator<char>(std::cin), {});
    const auto document = sida::ui::ReportDocument::fromHtml(html);
    if (!document) {
        std::cerr << "sida-pdf: " << document.error().message << '\n';
        return 1;
    }
    QBuffer pdf;
    pdf.open(QIODevice::WriteOnly);
    document->writePdf(pdf);
    const QByteArray& bytes = pdf.data();
    const auto size = static_cast<std::size_t>(bytes.size());
    const bool written = std::fwrite(bytes.constData(), 1, size, stdout) == size && std::fflush(stdout) == 0;
    if (!written)
        std::cerr << "sida-pdf: cannot write the page\n";
    return written ? 0 : 1;
}
