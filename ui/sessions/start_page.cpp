// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/start_page.h"

#include "ui/run/card_button.h"
#include "ui/run/separator.h"
#include "ui/sessions/drop_area.h"
#include "ui/sessions/next_run_table.h"
#include "ui/sessions/recent_table.h"
#include "ui/theme/theme.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace sida::ui
{

namespace
{

QLabel* makeLabel(const QString& text, const char* role)
{
    auto* label = new QLabel(text);
    label->setProperty("role", QString::fromLatin1(role));
    return label;
}

CardButton* makeCard(const QString& headline, const QString& detail, const QString& shortcut)
{
    auto* card = new CardButton;
    card->setHeadline(headline);
    card->setDetails({detail});
    card->setNote(shortcut);
    return card;
}

} // namespace

StartPage::StartPage(NextRun* run, RecentSessions* sessions, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    QWidget* left = makeLeft();
    left->setFixedWidth(400);
    layout->addWidget(left);
    layout->addWidget(new Separator(Qt::Vertical));
    layout->addWidget(makeRight(sessions), 1);
    connect(m_run, &NextRun::changed, this, &StartPage::refresh);
    refresh();
}

QWidget* StartPage::makeLeft()
{
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(24, 20, 24, 24);
    column->setSpacing(8);
    column->addWidget(makeLabel(tr("SiDA Studio"), "title"));
    QLabel* purpose
        = makeLabel(tr("Run MoE models larger than the GPU; see where the time goes"), "secondary");
    purpose->setFont(Theme::font(TextStyle::small));
    column->addWidget(purpose);
    column->addSpacing(12);
    column->addWidget(makeLabel(tr("Open"), "section"));
    const auto add = [&](CardButton* card, auto wanted) {
        connect(card, &CardButton::clicked, this, wanted);
        column->addWidget(card);
    };
    add(makeCard(tr("Model folder..."), tr("config.json with safetensors or .bin"), tr("Ctrl+M")),
        [this] { Q_EMIT partWanted(Part::model); });
    add(makeCard(tr("Dataset..."), tr("GLUE or SuperGLUE files, CSV, TSV, JSON Lines, text"), tr("Ctrl+D")),
        [this] { Q_EMIT partWanted(Part::dataset); });
    add(makeCard(tr("Predictor..."), tr("a trained hash function, .safetensors"), tr("Ctrl+P")),
        [this] { Q_EMIT partWanted(Part::predictor); });
    add(makeCard(tr("Session..."), tr("a recorded run, .sida"), tr("Ctrl+O")),
        [this] { Q_EMIT sessionFileWanted(); });
    column->addSpacing(12);
    column->addWidget(makeLabel(tr("No model at hand?"), "section"));
    column->addWidget(makeDemo());
    column->addSpacing(8);
    m_drop = new DropArea;
    column->addWidget(m_drop, 1);
    return left;
}

QWidget* StartPage::makeDemo()
{
    auto* card = new QFrame;
    card->setProperty("role", QStringLiteral("card"));
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(8);
    auto* text
        = new QLabel(tr("The demo runs a small Switch encoder over film reviews with 30 % of the memory it "
                        "would take. It needs no GPU."));
    text->setWordWrap(true);
    column->addWidget(text);
    auto* row = new QHBoxLayout;
    m_demo = new QPushButton(tr("Run the demo"));
    m_demoWhy = makeLabel({}, "secondary");
    connect(m_demo, &QPushButton::clicked, this, &StartPage::demoWanted);
    row->addWidget(m_demo);
    row->addSpacing(8);
    row->addWidget(m_demoWhy, 1);
    column->addLayout(row);
    return card;
}

QWidget* StartPage::makeRight(RecentSessions* sessions)
{
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(24, 16, 24, 24);
    column->setSpacing(8);
    column->addWidget(makeLabel(tr("Next run"), "section"));
    m_table = new NextRunTable(m_run);
    connect(m_table, &NextRunTable::partWanted, this, &StartPage::partWanted);
    connect(m_table, &NextRunTable::trainingWanted, this, &StartPage::trainingWanted);
    column->addWidget(m_table);
    column->addSpacing(8);
    column->addWidget(makeStart());
    column->addSpacing(16);
    m_recent = new RecentTable(sessions);
    connect(m_recent, &RecentTable::sessionWanted, this, &StartPage::sessionWanted);
    column->addWidget(m_recent, 1);
    return right;
}

QWidget* StartPage::makeStart()
{
    auto* holder = new QWidget;
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(16);
    m_start = new QPushButton(tr("Start run  F5"));
    m_start->setFixedWidth(168);
    m_start->setProperty("primary", true);
    m_why = makeLabel({}, "secondary");
    connect(m_start, &QPushButton::clicked, this, &StartPage::startWanted);
    row->addWidget(m_start);
    row->addWidget(m_why, 1);
    return holder;
}

void StartPage::setDemoProblem(const QString& reason)
{
    m_demoProblem = reason;
    refresh();
}

void StartPage::setBusy(const QString& reason)
{
    m_busy = reason;
    m_table->setBusy(reason);
    refresh();
}

void StartPage::setDropActive(bool active)
{
    m_drop->setActive(active);
}

void StartPage::refresh()
{
    const QString blocker = m_busy.isEmpty() ? m_run->blocker() : m_busy;
    m_start->setEnabled(blocker.isEmpty());
    m_start->setToolTip(blocker);
    m_start->setAccessibleDescription(blocker);
    m_why->setText(blocker);
    const QString demo = m_demoProblem.isEmpty() ? m_busy : m_demoProblem;
    m_demo->setEnabled(demo.isEmpty());
    m_demo->setToolTip(demo);
    m_demoWhy->setText(demo.isEmpty() ? tr("installed with the program") : demo);
}

} // namespace sida::ui
