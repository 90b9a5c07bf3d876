// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/engine_host.h"
#include "ui/host/session_functions.h"
#include "ui/sessions/demo_files.h"

#include <QMainWindow>
#include <memory>

class QSettings;
class QStackedWidget;
class QToolBar;

namespace sida::ui
{

class Banner;
class MainActions;
class SessionWindows;
class StartPage;
class StatusPanel;
class Studio;
class TrainingDialog;
class Workbench;
enum class Part;
struct Problem;

/// The window: start page or workbench, with menus, banner and status line.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    struct Setup {
        std::unique_ptr<api::Engine> engine;
        EngineHost::Classifier classifier;
        QSettings* settings = nullptr; ///< outlives the window
        QString sessionsFolder;
        QString predictorsFolder;
        DemoFiles demo;
        SessionFunctions functions = {}; ///< of what can be made of recorded runs
    };

    explicit MainWindow(Setup setup);
    ~MainWindow() override;

    Studio& studio() { return *m_studio; }
    Workbench& workbench() { return *m_workbench; }
    StartPage& startPage() { return *m_startPage; }
    Banner& banner() { return *m_banner; }
    MainActions& actions() { return *m_actions; }
    StatusPanel& statusPanel() { return *m_status; }
    SessionWindows& sessionWindows() { return *m_sessionWindows; }
    TrainingDialog* trainingDialog() const { return m_training; }

    void runDemo();
    /// Shows the session that was shown last, if the user wants that.
    void reopenLast();
    void showStartPage(bool show);
    bool showsStartPage() const;

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildContent();
    void connectStartPage();
    void connectRunPanel();
    void connectActions();
    void connectStudio();
    void restoreSettings();
    void refresh();
    void refreshRecentMenu();
    void choose(Part part);
    void chooseSession();
    void showTraining();
    void showProblem(const Problem& problem);
    void showShortcuts();
    void showPalette();
    void showExport();
    void exportRows();
    void showSettings();
    void applyRecordingLimit();
    void connectWorkbench();
    void refreshPredictor();
    void evaluate();
    void hint(const QString& key, const QString& text);
    void lookAtBatch(quint32 batch);
    void showAbout();

    QSettings* m_settings;
    QString m_sessionsFolder;
    QString m_predictorsFolder;
    DemoFiles m_demo;
    EngineHost* m_host;
    Studio* m_studio;
    Workbench* m_workbench = nullptr;
    StartPage* m_startPage = nullptr;
    QStackedWidget* m_pages = nullptr;
    Banner* m_banner = nullptr;
    QToolBar* m_toolBar = nullptr;
    StatusPanel* m_status = nullptr;
    MainActions* m_actions = nullptr;
    TrainingDialog* m_training = nullptr;
    SessionWindows* m_sessionWindows = nullptr;
    bool m_mayClose = false;
};

} // namespace sida::ui
