// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"

#include <QDateTime>
#include <QObject>
#include <QString>
#include <QStringList>
#include <vector>

class QSettings;

namespace sida::ui
{

/// A session that was recorded or opened, with the figures one chooses by.
struct RecentSession {
    QString path;
    QString model;
    QString dataset;
    QString policy;
    quint64 budgetBytes = 0;
    double samplesPerSecond = 0;
    double hitRate = 0; ///< NaN without uses
    QDateTime when;
    QString state; ///< "complete", "recovered", "stopped", "failed"
    QStringList tags;
    QString note;
    bool operator==(const RecentSession&) const = default;
};

RecentSession
describeSession(const QString& path, const api::Recording& recording, const api::Figures& figures);

/// The sessions of late, newest first, kept in the settings.
class RecentSessions : public QObject
{
    Q_OBJECT
public:
    explicit RecentSessions(QSettings* settings, QObject* parent = nullptr);

    const std::vector<RecentSession>& all() const { return m_sessions; }
    /// Puts it first; a session of the same path is replaced, but for its tags and note.
    void add(const RecentSession& session);
    void remove(const QString& path);
    /// Null when it is not listed.
    const RecentSession* find(const QString& path) const;
    void setTags(const QString& path, const QStringList& tags);
    void setNote(const QString& path, const QString& note);
    /// Gives the file another name in its folder. What is wrong in words, or nothing.
    QString rename(const QString& path, const QString& name);
    /// Puts the file, and a log beside it, into the trash and takes it off the list. What is wrong in words,
    /// or nothing.
    QString moveToTrash(const QString& path);

    static constexpr std::size_t kMost = 50;

Q_SIGNALS:
    void changed();

private:
    RecentSession* entry(const QString& path);
    void load();
    void save();

    QSettings* m_settings;
    std::vector<RecentSession> m_sessions;
};

} // namespace sida::ui
