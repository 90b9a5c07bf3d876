// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/export_dialog.h"

#include "ui/host/text.h"
#include "ui/shell/main_window.h"
#include "ui/shell/studio.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/workbench.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QSaveFile>
#include <QSvgGenerator>

namespace sida::ui
{

namespace
{

QString viewText(const QString& name)
{
    static const std::pair<const char*, const char*> kNames[]
        = {{"timeline", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Timeline")},
           {"memory", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Device memory")},
           {"throughput", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Throughput")},
           {"heatmap", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Heatmap")},
           {"life", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Life of experts")},
           {"range", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Range")},
           {"samples", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Samples")},
           {"predictor", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Predictor")},
           {"summary", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Summary")},
           {"run", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Run")},
           {"batch", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Batch")},
           {"budget", QT_TRANSLATE_NOOP("sida::ui::ExportDialog", "Budget")}};
    for (const auto& [key, text] : kNames)
        if (name == QLatin1String(key))
            return ExportDialog::tr(text);
    return name;
}

tl::unexpected<Error> cannotWrite(const QString& file, const QString& why)
{
    return failure(
        ErrorKind::io,
        ExportDialog::tr("%1 could not be written: %2; choose another place").arg(file, why).toStdString());
}

} // namespace

Status saveText(const std::string& text, const QString& file)
{
    QSaveFile out(file);
    const auto size = static_cast<qint64>(text.size());
    if (!out.open(QIODevice::WriteOnly) || out.write(text.data(), size) != size || !out.commit())
        return cannotWrite(file, out.errorString());
    return {};
}

Status savePicture(QWidget& widget, const QString& file)
{
    if (!file.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive)) {
        QSaveFile out(file);
        if (!out.open(QIODevice::WriteOnly) || !widget.grab().save(&out, "PNG") || !out.commit())
            return cannotWrite(file, out.errorString());
        return {};
    }
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly))
        return cannotWrite(file, out.errorString());
    QSvgGenerator generator;
    generator.setOutputDevice(&out);
    generator.setSize(widget.size());
    generator.setViewBox(widget.rect());
    generator.setTitle(QStringLiteral("SiDA Studio"));
    widget.render(&generator);
    if (!out.commit())
        return cannotWrite(file, out.errorString());
    return {};
}

ExportDialog::ExportDialog(MainWindow* window, const QString& folder)
    : QDialog(window)
    , m_window(window)
    , m_folder(folder)
    , m_view(new QComboBox)
    , m_format(new QComboBox)
    , m_file(new QLineEdit)
{
    setWindowTitle(tr("Export view"));
    m_view->setAccessibleName(tr("View"));
    m_view->addItem(tr("The whole window"), QStringLiteral("window"));
    for (const Workbench::View& view : window->workbench().views())
        m_view->addItem(viewText(view.name), view.name);
    m_format->setAccessibleName(tr("Format"));
    m_format->addItem(tr("PNG, the pixels of the screen"), QStringLiteral("png"));
    m_format->addItem(tr("SVG, lines that scale"), QStringLiteral("svg"));
    m_file->setAccessibleName(tr("File"));
    m_file->setMinimumWidth(360);
    auto* browse = new QPushButton(tr("Browse..."));
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getSaveFileName(
            this, tr("Export view"), m_file->text(), tr("Pictures (*.png *.svg)"));
        if (!path.isEmpty())
            m_file->setText(path);
    });
    auto* place = new QHBoxLayout;
    place->addWidget(m_file, 1);
    place->addWidget(browse);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* form = new QFormLayout(this);
    form->addRow(tr("View"), m_view);
    form->addRow(tr("Format"), m_format);
    form->addRow(tr("File"), place);
    form->addRow(buttons);
    connect(m_view, &QComboBox::currentIndexChanged, this, &ExportDialog::suggest);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::suggest);
    m_view->setCurrentIndex(1);
}

void ExportDialog::suggest()
{
    const QString session = QFileInfo(m_window->studio().sessionPath()).completeBaseName();
    const QString stem = session.isEmpty() ? QStringLiteral("sida") : session;
    m_file->setText(QDir(m_folder).filePath(
        QStringLiteral("%1-%2.%3")
            .arg(stem, m_view->currentData().toString(), m_format->currentData().toString())));
}

void ExportDialog::accept()
{
    const QString name = m_view->currentData().toString();
    QWidget* widget = m_window;
    for (const Workbench::View& view : m_window->workbench().views()) {
        if (view.name != name)
            continue;
        m_window->workbench().bringUp(view.widget);
        auto* summary = qobject_cast<SummaryView*>(view.widget);
        widget = summary ? summary->wholePicture() : view.widget;
    }
    hide();
    const Status status = savePicture(*widget, m_file->text());
    if (!status) {
        show();
        Q_EMIT failed(toText(status.error().message));
        return;
    }
    Q_EMIT saved(m_file->text());
    QDialog::accept();
}

} // namespace sida::ui
