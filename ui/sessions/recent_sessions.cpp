// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/recent_sessions.h"

#include "ui/host/text.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <algorithm>

namespace sida::ui
{

namespace
{

const QString kGroup = QStringLiteral("recentSessions");

} // namespace

RecentSession
describeSession(const QString& path, const api::Recording& recording, const api::Figures& figures)
{
    RecentSession session;
    session.path = path;
    session.model = toText(recording.header.modelName);
    session.dataset = toText(recording.header.datasetName);
    session.policy = toText(api::name(recording.header.policy));
    session.budgetBytes = figures.budgetBytes;
    session.samplesPerSecond = figures.samplesPerSecond;
    session.hitRate = api::hitRate(figures);
    session.when = QDateTime::currentDateTime();
    session.state = toText(api::name(recording.state));
    return session;
}

RecentSessions::RecentSessions(QSettings* settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
{
    load();
}

void RecentSessions::add(const RecentSession& session)
{
    RecentSession added = session;
    if (const RecentSession* known = find(session.path)) {
        added.tags = known->tags;
        added.note = known->note;
    }
    std::erase_if(m_sessions, [&](const RecentSession& other) { return other.path == session.path; });
    m_sessions.insert(m_sessions.begin(), added);
    if (m_sessions.size() > kMost)
        m_sessions.resize(kMost);
    save();
    Q_EMIT changed();
}

void RecentSessions::remove(const QString& path)
{
    if (std::erase_if(m_sessions, [&](const RecentSession& other) { return other.path == path; }) == 0)
        return;
    save();
    Q_EMIT changed();
}

RecentSession* RecentSessions::entry(const QString& path)
{
    const auto found = std::find_if(m_sessions.begin(), m_sessions.end(), [&](const RecentSession& session) {
        return session.path == path;
    });
    return found == m_sessions.end() ? nullptr : &*found;
}

const RecentSession* RecentSessions::find(const QString& path) const
{
    return const_cast<RecentSessions*>(this)->entry(path);
}

void RecentSessions::setTags(const QString& path, const QStringList& tags)
{
    RecentSession* session = entry(path);
    if (session == nullptr || session->tags == tags)
        return;
    session->tags = tags;
    save();
    Q_EMIT changed();
}

void RecentSessions::setNote(const QString& path, const QString& note)
{
    RecentSession* session = entry(path);
    if (session == nullptr || session->note == note)
        return;
    session->note = note;
    save();
    Q_EMIT changed();
}

QString RecentSessions::rename(const QString& path, const QString& name)
{
    const QFileInfo file(path);
    QString wanted = name.trimmed();
    if (wanted.isEmpty() || wanted.contains(u'/'))
        return tr("A name without '/' is needed");
    if (QFileInfo(wanted).suffix() != QLatin1String("sida"))
        wanted += QStringLiteral(".sida");
    const QString target = file.dir().filePath(wanted);
    if (target == path)
        return {};
    if (QFileInfo::exists(target))
        return tr("%1 is there already").arg(target);
    if (QFileInfo::exists(path + QStringLiteral("-wal")))
        return tr("%1 was not closed: its log would be lost. Save it under another name instead").arg(path);
    if (!QFile::rename(path, target))
        return tr("%1 cannot be renamed").arg(path);
    remove(target); // an entry of a file that was there once
    if (RecentSession* session = entry(path))
        session->path = target;
    save();
    Q_EMIT changed();
    return {};
}

QString RecentSessions::moveToTrash(const QString& path)
{
    if (QFileInfo::exists(path) && !QFile::moveToTrash(path))
        return tr("%1 cannot be put into the trash; it stays where it is").arg(path);
    for (const char* end : {"-wal", "-shm"}) {
        const QString beside = path + QLatin1String(end);
        if (QFileInfo::exists(beside))
            QFile::moveToTrash(beside);
    }
    remove(path);
    return {};
}

void RecentSessions::load()
{
    const int count = m_settings->beginReadArray(kGroup);
    for (int i = 0; i < count; ++i) {
        m_settings->setArrayIndex(i);
        RecentSession session;
        session.path = m_settings->value(QStringLiteral("path")).toString();
        session.model = m_settings->value(QStringLiteral("model")).toString();
        session.dataset = m_settings->value(QStringLiteral("dataset")).toString();
        session.policy = m_settings->value(QStringLiteral("policy")).toString();
        session.budgetBytes = m_settings->value(QStringLiteral("budgetBytes")).toULongLong();
        session.samplesPerSecond = m_settings->value(QStringLiteral("samplesPerSecond")).toDouble();
        session.hitRate = m_settings->value(QStringLiteral("hitRate")).toDouble();
        session.when = m_settings->value(QStringLiteral("when")).toDateTime();
        session.state = m_settings->value(QStringLiteral("state")).toString();
        session.tags = m_settings->value(QStringLiteral("tags")).toStringList();
        session.note = m_settings->value(QStringLiteral("note")).toString();
        if (!session.path.isEmpty())
            m_sessions.push_back(session);
    }
    m_settings->endArray();
}

void RecentSessions::save()
{
    m_settings->remove(kGroup);
    m_settings->beginWriteArray(kGroup, static_cast<int>(m_sessions.size()));
    for (std::size_t i = 0; i < m_sessions.size(); ++i) {
        const RecentSession& session = m_sessions[i];
        m_settings->setArrayIndex(static_cast<int>(i));
        m_settings->setValue(QStringLiteral("path"), session.path);
        m_settings->setValue(QStringLiteral("model"), session.model);
        m_settings->setValue(QStringLiteral("dataset"), session.dataset);
        m_settings->setValue(QStringLiteral("policy"), session.policy);
        m_settings->setValue(QStringLiteral("budgetBytes"), session.budgetBytes);
        m_settings->setValue(QStringLiteral("samplesPerSecond"), session.samplesPerSecond);
        m_settings->setValue(QStringLiteral("hitRate"), session.hitRate);
        m_settings->setValue(QStringLiteral("when"), session.when);
        m_settings->setValue(QStringLiteral("state"), session.state);
        m_settings->setValue(QStringLiteral("tags"), session.tags);
        m_settings->setValue(QStringLiteral("note"), session.note);
    }
    m_settings->endArray();
}

} // namespace sida::ui
