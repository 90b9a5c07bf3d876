// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/gui/support/fake_engine.h"
#include "tests/gui/support/scripted_recording.h"
#include "ui/shell/main_window.h"
#include "ui/shell/studio.h"

#include <QSettings>
#include <QTemporaryDir>
#include <functional>
#include <memory>

namespace sida::gui_test
{

/// A script for a model, dataset and predictor that belong to the scripted recording.
std::shared_ptr<FakeScript> makeScript(const test::RecordingScript& recording = {});

/// The window on a scripted engine, with settings and folders of its own.
class WindowUnderTest
{
public:
    explicit WindowUnderTest(std::shared_ptr<FakeScript> script = makeScript());

    ui::MainWindow& window() { return *m_window; }
    ui::Studio& studio() { return m_window->studio(); }
    FakeScript& script() { return *m_script; }
    QSettings& settings() { return m_settings; }
    QString folder() const { return m_folder.path(); }

    /// Closes the window and opens another on the same settings, as starting the program again does.
    void reopen();
    /// A file or folder that the engine takes for this kind.
    QString file(const QString& name, api::PathKind kind);
    /// Loads model, dataset and predictor and waits for them.
    void loadAll();
    /// Starts a run and waits for its first batch to be shown.
    void startAndWait();
    /// Runs the event loop until it is so; false when it did not become so within a generous time.
    static bool until(const std::function<bool()>& condition);
    bool untilIdle();

private:
    void makeWindow();

    QTemporaryDir m_folder;
    QSettings m_settings;
    std::shared_ptr<FakeScript> m_script;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace sida::gui_test
