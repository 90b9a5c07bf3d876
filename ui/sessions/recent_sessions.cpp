// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/recent_sessions.h"

#include "ui/host/text.h"

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
    std::erase_if(m_sessions, [&](const RecentSession& other) { return other.path == session.path; });
    m_sessions.insert(m_sessions.begin(), session);
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
    }
    m_settings->endArray();
}

} // namespace sida::ui
