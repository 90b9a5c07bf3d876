// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/session_functions.h"

#include <QDialog>

#include <memory>
#include <vector>

class QLabel;
class QPushButton;

namespace sida::ui
{

class ReportView;
class Worker;

/// The report of a run, or the comparison of several, as it will be on paper, and what saves it.
class ReportWindow : public QDialog
{
    Q_OBJECT
public:
    struct Run {
        QString name;
        std::shared_ptr<const api::Recording> recording;
    };

    ReportWindow(SessionFunctions functions, QWidget* parent);
    ~ReportWindow() override;

    void show(std::vector<Run> runs);

    ReportView* view() const { return m_view; }
    QLabel* state() const { return m_state; }
    QPushButton* saveHtmlButton() const { return m_saveHtml; }
    QPushButton* savePdfButton() const { return m_savePdf; }
    bool isBusy() const;
    /// Writes what is shown; says in the window what became of it. The ending tells HTML from PDF.
    bool save(const QString& file);

private:
    QWidget* makeHead();
    void finish(Result<std::string> html);
    void choosePlace(const QString& ending);

    SessionFunctions m_functions;
    Worker* m_worker;
    std::vector<Run> m_runs;
    std::string m_html;
    QString m_folder;
    QLabel* m_state;
    QPushButton* m_saveHtml;
    QPushButton* m_savePdf;
    ReportView* m_view;
};

} // namespace sida::ui
