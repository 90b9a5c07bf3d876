// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sida::ui
{

/// The demo that is shipped with the program.
struct DemoFiles {
    QString model;
    QString dataset;
    QString predictor;
    int passes = 10; ///< over the dataset: long enough to drag the budget while it runs
    bool complete() const { return !model.isEmpty() && !dataset.isEmpty() && !predictor.isEmpty(); }
};

/// Looks beside the executable, in the installed data folder and in the source tree it was built in. What is
/// not there stays empty.
DemoFiles findDemo(const QString& executableFolder);

} // namespace sida::ui
