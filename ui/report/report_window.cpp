// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report_window.h"

#include "ui/host/text.h"
#include "ui/host/worker.h"
#include "ui/report/report_view.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

namespace sida::ui
{

ReportWindow::ReportWindow(SessionFunctions functions, QWidget* parent)
    : QDialog(parent)
    , m_functions(std::move(functions))
    , m_worker(new Worker(this))
    , m_folder(QDir::homePath())
    , m_view(new ReportView)
{
    setWindowTitle(tr("Report"));
    setWindowFlag(Qt::WindowMinMaxButtonsHint);
    resize(980, 860);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    column->addWidget(m_view, 1);
}

ReportWindow::~ReportWindow() = default;

bool ReportWindow::isBusy() const
{
    return m_worker->isBusy();
}

QWidget* ReportWindow::makeHead()
{
    m_state = new QLabel;
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_state->setWordWrap(true);
    m_saveHtml = new QPushButton(tr("Save as HTML..."));
    m_saveHtml->setToolTip(tr("One file that every browser shows, without network (Ctrl+S)"));
    m_savePdf = new QPushButton(tr("Save as PDF..."));
    m_savePdf->setToolTip(tr("The sheets below (Ctrl+Shift+S)"));
    connect(m_saveHtml, &QPushButton::clicked, this, [this] { choosePlace(QStringLiteral("html")); });
    connect(m_savePdf, &QPushButton::clicked, this, [this] { choosePlace(QStringLiteral("pdf")); });
    connect(
        new QShortcut(QKeySequence(QStringLiteral("Ctrl+S")), this), &QShortcut::activated, m_saveHtml,
        &QPushButton::click);
    connect(
        new QShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+S")), this), &QShortcut::activated, m_savePdf,
        &QPushButton::click);
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(8);
    row->addWidget(m_state, 1);
    const auto zoomButton = [&](const QString& text, const QString& tip, auto action) {
        auto* button = new QToolButton;
        button->setText(text);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        connect(button, &QToolButton::clicked, this, action);
        row->addWidget(button);
    };
    zoomButton(QString(QChar(0x2212)), tr("Smaller (Ctrl+wheel)"), [this] {
        m_view->setZoom(m_view->zoom() / 1.2);
    });
    zoomButton(
        QStringLiteral("+"), tr("Larger (Ctrl+wheel)"), [this] { m_view->setZoom(m_view->zoom() * 1.2); });
    zoomButton(tr("Width"), tr("As wide as the window"), [this] { m_view->fitWidth(); });
    row->addSpacing(8);
    row->addWidget(m_saveHtml);
    row->addWidget(m_savePdf);
    for (QPushButton* button : {m_saveHtml, m_savePdf}) {
        button->setAutoDefault(false);
        button->setEnabled(false);
    }
    return head;
}

void ReportWindow::show(std::vector<Run> runs)
{
    m_runs = std::move(runs);
    m_html.clear();
    m_view->setDocument(std::nullopt);
    m_state->setText(tr("The report is being made..."));
    m_saveHtml->setEnabled(false);
    m_savePdf->setEnabled(false);
    QDialog::show();
    raise();
    activateWindow();
    m_worker->start<std::string>(
        [runs = m_runs,
         report = m_functions.report](const ProgressSink&, const std::stop_token&) -> Result<std::string> {
            if (!report)
                return failure(ErrorKind::unsupported, "this program writes no reports");
            std::vector<api::NamedRecording> named;
            for (const Run& run : runs)
                named.push_back({run.name.toStdString(), run.recording.get()});
            return report(named);
        },
        [this](Result<std::string> html) { finish(std::move(html)); });
}

void ReportWindow::finish(Result<std::string> html)
{
    if (!html) {
        m_state->setText(toText(html.error().message));
        return;
    }
    m_html = std::move(*html);
    auto document = ReportDocument::fromHtml(m_html);
    if (!document) {
        m_state->setText(toText(document.error().message));
        return;
    }
    const int pages = document->pages();
    m_view->setDocument(std::move(*document));
    m_state->setText(pages == 1 ? tr("1 sheet of A4") : tr("%1 sheets of A4").arg(pages));
    m_saveHtml->setEnabled(true);
    m_savePdf->setEnabled(true);
}

void ReportWindow::choosePlace(const QString& ending)
{
    if (m_html.empty())
        return;
    const QString stem = m_runs.size() == 1 ? QFileInfo(m_runs.front().name).completeBaseName()
                                            : QStringLiteral("comparison");
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save the report"), QDir(m_folder).filePath(stem + u'.' + ending),
        ending == QLatin1String("pdf") ? tr("PDF (*.pdf)") : tr("HTML (*.html)"));
    if (!file.isEmpty())
        save(QFileInfo(file).suffix().isEmpty() ? file + u'.' + ending : file);
}

bool ReportWindow::save(const QString& file)
{
    m_folder = QFileInfo(file).absolutePath();
    QString problem;
    if (file.endsWith(QStringLiteral(".pdf"), Qt::CaseInsensitive)) {
        const Status saved = m_view->document()->savePdf(file);
        problem = saved ? QString() : toText(saved.error().message);
    } else {
        QSaveFile out(file);
        const auto size = static_cast<qint64>(m_html.size());
        if (!out.open(QIODevice::WriteOnly) || out.write(m_html.data(), size) != size || !out.commit())
            problem = tr("Cannot write %1: %2").arg(file, out.errorString());
    }
    m_state->setText(problem.isEmpty() ? tr("Written: %1").arg(file) : problem);
    return problem.isEmpty();
}

} // namespace sida::ui
