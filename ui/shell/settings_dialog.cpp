// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/settings_dialog.h"

#include "ui/theme/theme_manager.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

namespace sida::ui
{

SettingsDialog::SettingsDialog(
    QSettings* settings, const QString& sessionsFolder, const QString& predictorsFolder, QWidget* parent)
    : QDialog(parent)
    , m_settings(settings)
    , m_sessionsBefore(sessionsFolder)
    , m_predictorsBefore(predictorsFolder)
    , m_theme(new QComboBox)
    , m_hints(new QCheckBox(tr("Show hints")))
    , m_reopen(new QCheckBox(tr("Open the last session at the start")))
    , m_recordMinutes(new QSpinBox)
    , m_recordMiB(new QSpinBox)
{
    setWindowTitle(tr("Settings"));
    setLayout(new QFormLayout);
    auto* form = qobject_cast<QFormLayout*>(layout());
    form->setVerticalSpacing(8);
    m_theme->addItems({tr("Like the system"), tr("Light"), tr("Dark")});
    m_theme->setCurrentIndex(static_cast<int>(ThemeManager::instance().choice()));
    m_theme->setAccessibleName(tr("Theme"));
    form->addRow(tr("Theme"), m_theme);
    m_sessions = addFolder(tr("Sessions"), sessionsFolder);
    m_sessions->setToolTip(tr("Where runs are recorded; from the next start on"));
    m_predictors = addFolder(tr("Predictors"), predictorsFolder);
    m_predictors->setToolTip(tr("Where trained predictors are written; from the next start on"));
    m_hints->setChecked(settings->value(QLatin1String(kHints), true).toBool());
    m_hints->setToolTip(tr("Say at the first run and the first session what can be done next"));
    form->addRow(QString(), m_hints);
    m_reopen->setChecked(settings->value(QLatin1String(kReopen), false).toBool());
    m_reopen->setToolTip(tr("Instead of the start page"));
    form->addRow(QString(), m_reopen);
    m_recordMinutes->setRange(0, 10000);
    m_recordMinutes->setSuffix(tr(" min"));
    m_recordMinutes->setSpecialValueText(tr("to the end"));
    m_recordMinutes->setValue(settings->value(QLatin1String(kRecordMinutes), 0).toInt());
    m_recordMinutes->setToolTip(
        tr("Every event is recorded for so long; then batches and answers only, and the session says so"));
    form->addRow(tr("Record every event"), m_recordMinutes);
    m_recordMiB->setRange(0, 1000000);
    m_recordMiB->setSingleStep(100);
    m_recordMiB->setSuffix(tr(" MiB"));
    m_recordMiB->setSpecialValueText(tr("of any size"));
    m_recordMiB->setValue(settings->value(QLatin1String(kRecordMiB), 0).toInt());
    m_recordMiB->setToolTip(tr("Every event is recorded until the session is so large; then batches and "
                               "answers only, and the session says so"));
    form->addRow(tr("Largest session"), m_recordMiB);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &SettingsDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

QLineEdit* SettingsDialog::addFolder(const QString& label, const QString& folder)
{
    auto* edit = new QLineEdit(folder);
    edit->setMinimumWidth(360);
    edit->setAccessibleName(label);
    auto* browse = new QPushButton(tr("Browse..."));
    browse->setAccessibleName(tr("Choose the folder of %1").arg(label));
    connect(browse, &QPushButton::clicked, edit, [this, edit, label] {
        const QString chosen = QFileDialog::getExistingDirectory(this, label, edit->text());
        if (!chosen.isEmpty())
            edit->setText(chosen);
    });
    auto* row = new QHBoxLayout;
    row->addWidget(edit, 1);
    row->addWidget(browse);
    qobject_cast<QFormLayout*>(layout())->addRow(label, row);
    return edit;
}

void SettingsDialog::accept()
{
    ThemeManager::instance().setChoice(static_cast<ThemeChoice>(m_theme->currentIndex()));
    m_settings->setValue(QLatin1String(kTheme), m_theme->currentIndex());
    m_settings->setValue(QLatin1String(kHints), m_hints->isChecked());
    m_settings->setValue(QLatin1String(kReopen), m_reopen->isChecked());
    m_settings->setValue(QLatin1String(kRecordMinutes), m_recordMinutes->value());
    m_settings->setValue(QLatin1String(kRecordMiB), m_recordMiB->value());
    if (m_sessions->text() != m_sessionsBefore)
        m_settings->setValue(QLatin1String(kSessions), m_sessions->text());
    if (m_predictors->text() != m_predictorsBefore)
        m_settings->setValue(QLatin1String(kPredictors), m_predictors->text());
    QDialog::accept();
}

} // namespace sida::ui
