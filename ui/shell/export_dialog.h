// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <QDialog>
#include <QString>

class QComboBox;
class QLineEdit;

namespace sida::ui
{

class MainWindow;

/// Draws the widget into a PNG (with the pixels of the screen) or an SVG, told by the file's ending.
Status savePicture(QWidget& widget, const QString& file);
/// Writes beside the place and renames, so that the file is whole or absent.
Status saveText(const std::string& text, const QString& file);

/// Which view to save, and where.
class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(MainWindow* window, const QString& folder);

    QComboBox* view() const { return m_view; }
    QLineEdit* file() const { return m_file; }
    void accept() override;

Q_SIGNALS:
    void saved(const QString& file);
    void failed(const QString& why);

private:
    void suggest();

    MainWindow* m_window;
    QString m_folder;
    QComboBox* m_view;
    QComboBox* m_format;
    QLineEdit* m_file;
};

} // namespace sida::ui
