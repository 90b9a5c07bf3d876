// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSettings;
class QSpinBox;

namespace sida::ui
{

/// What is kept from one start to the next. Folders take effect at the next start, the rest at once.
class SettingsDialog : public QDialog
{
    Q_OBJECT
public:
    SettingsDialog(
        QSettings* settings, const QString& sessionsFolder, const QString& predictorsFolder, QWidget* parent);

    QComboBox* theme() const { return m_theme; }
    QLineEdit* sessions() const { return m_sessions; }
    QCheckBox* hints() const { return m_hints; }
    QCheckBox* reopen() const { return m_reopen; }
    QSpinBox* recordMinutes() const { return m_recordMinutes; }
    QSpinBox* recordMiB() const { return m_recordMiB; }
    void accept() override;

    static constexpr const char* kTheme = "theme";
    static constexpr const char* kSessions = "places/sessions";
    static constexpr const char* kPredictors = "places/predictors";
    static constexpr const char* kHints = "hints";
    static constexpr const char* kReopen = "reopenLast";
    static constexpr const char* kRecordMinutes = "record/minutes";
    static constexpr const char* kRecordMiB = "record/mebibytes";

private:
    QLineEdit* addFolder(const QString& label, const QString& folder);

    QSettings* m_settings;
    QString m_sessionsBefore;
    QString m_predictorsBefore;
    QComboBox* m_theme;
    QLineEdit* m_sessions;
    QLineEdit* m_predictors;
    QCheckBox* m_hints;
    QCheckBox* m_reopen;
    QSpinBox* m_recordMinutes;
    QSpinBox* m_recordMiB;
};

} // namespace sida::ui
