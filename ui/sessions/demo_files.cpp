// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/demo_files.h"

#include <QDir>
#include <QFileInfo>

namespace sida::ui
{

DemoFiles findDemo(const QString& executableFolder)
{
    // Installed (bin beside share), unpacked (resources beside the program), and a build two or three folders
    // down.
    const QStringList places = {
        QStringLiteral("../share/sida-studio/demo"), QStringLiteral("resources/demo"),
        QStringLiteral("../resources/demo"),         QStringLiteral("../../resources/demo"),
        QStringLiteral("../../../resources/demo"),
    };
    for (const QString& place : places) {
        const QDir folder(QDir(executableFolder).absoluteFilePath(place));
        if (!folder.exists(QStringLiteral("dev.tsv")))
            continue;
        DemoFiles demo;
        demo.dataset = QDir::cleanPath(folder.absoluteFilePath(QStringLiteral("dev.tsv")));
        if (QFileInfo(folder, QStringLiteral("model")).isDir())
            demo.model = QDir::cleanPath(folder.absoluteFilePath(QStringLiteral("model")));
        if (folder.exists(QStringLiteral("predictor.safetensors")))
            demo.predictor
                = QDir::cleanPath(folder.absoluteFilePath(QStringLiteral("predictor.safetensors")));
        return demo;
    }
    return {};
}

} // namespace sida::ui
