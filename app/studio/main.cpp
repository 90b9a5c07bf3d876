// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/headless_export.h"
#include "app/studio/quit_signals.h"
#include "app/studio/session_functions.h"
#include "app/studio/studio_options.h"
#include "engine/base/log.h"
#include "engine/runtime/create_engine.h"
#include "ui/sessions/demo_files.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/studio.h"

#include <QApplication>
#include <QIcon>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTextStream>
#include <cstdio>

namespace
{

/// Qt ends the program when there is no display, before a word of ours: it is given memory to draw into,
/// which is enough for pictures and for saying what is wrong. True when that was necessary.
bool doWithoutDisplay()
{
    const auto isSet = [](const char* name) { return !qEnvironmentVariableIsEmpty(name); };
    if (isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("QT_QPA_PLATFORM"))
        return false;
    qputenv("QT_QPA_PLATFORM", "offscreen");
    return true;
}

/// Qt's own remarks ("this plugin does not support raise()") say nothing to a user; SIDA_LOG=debug shows
/// them.
void passOnQtMessage(QtMsgType type, const QMessageLogContext&, const QString& message)
{
    if (type == QtCriticalMsg || type == QtFatalMsg)
        spdlog::error("{}", message.toStdString());
    else
        spdlog::debug("{}", message.toStdString());
}

int fail(const QString& message, int status)
{
    QTextStream(stderr) << "sida-studio: " << message << '\n';
    return status;
}

sida::ui::MainWindow::Setup makeSetup(QSettings& settings, const QString& sessionsFolder)
{
    const QString data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    sida::ui::MainWindow::Setup setup;
    setup.engine = sida::runtime::createEngine();
    setup.classifier = &sida::api::classifyPath;
    setup.settings = &settings;
    const auto place = [&](const char* key, const QString& otherwise) {
        return settings.value(QLatin1String(key), otherwise).toString();
    };
    setup.sessionsFolder = !sessionsFolder.isEmpty()
        ? sessionsFolder
        : place(sida::ui::SettingsDialog::kSessions, data + QStringLiteral("/sessions"));
    setup.predictorsFolder
        = place(sida::ui::SettingsDialog::kPredictors, data + QStringLiteral("/predictors"));
    setup.demo = sida::ui::findDemo(QApplication::applicationDirPath());
    setup.functions = sida::studio::sessionFunctions();
    return setup;
}

int showWindow(const sida::studio::StudioOptions& options)
{
    const sida::studio::QuitSignals quitSignals; // before the engine's threads
    const QString name = QApplication::applicationName();
    QSettings settings(QSettings::NativeFormat, QSettings::UserScope, name, name);
    sida::ui::MainWindow window(makeSetup(settings, {}));
    if (options.theme)
        sida::ui::ThemeManager::instance().setChoice(*options.theme);
    if (options.sizeGiven)
        window.resize(options.size);
    QObject::connect(&quitSignals, &sida::studio::QuitSignals::quitRequested, &window, &QWidget::close);
    window.show();
    window.studio().open(options.files);
    if (options.demo)
        window.runDemo();
    else if (options.files.isEmpty())
        window.reopenLast();
    return QApplication::exec();
}

/// Pictures must not depend on, or change, what the user has set up.
int writePictures(const sida::studio::StudioOptions& options)
{
    const QTemporaryDir scratch;
    QSettings settings(scratch.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    settings.setValue(QLatin1String(sida::ui::SettingsDialog::kHints), false);
    sida::ui::MainWindow::Setup setup = makeSetup(settings, scratch.path());
    setup.demo.passes = 1; // nobody is there to try anything meanwhile
    sida::ui::MainWindow window(std::move(setup));
    return sida::studio::exportHeadless(window, options);
}

} // namespace

int main(int argc, char** argv)
{
    const bool hidden = doWithoutDisplay();
    sida::log::initialise();
    qInstallMessageHandler(passOnQtMessage);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("sida-studio"));
    QApplication::setApplicationDisplayName(QStringLiteral("SiDA Studio"));
    QApplication::setApplicationVersion(QStringLiteral(SIDA_VERSION));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/sida-studio.svg")));

    const auto options = sida::studio::parseOptions(QApplication::arguments());
    if (!options)
        return fail(QString::fromStdString(options.error().message), 2);
    if (options->help || options->version) {
        QTextStream(stdout)
            << (options->help ? sida::studio::usage() : QStringLiteral("sida-studio " SIDA_VERSION "\n"));
        return 0;
    }
    if (!options->exportFolder.isEmpty())
        return writePictures(*options);
    if (hidden)
        return fail(
            QStringLiteral("there is no display; set DISPLAY or WAYLAND_DISPLAY, or use --export-views DIR"),
            1);
    return showWindow(*options);
}
