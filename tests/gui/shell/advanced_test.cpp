// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/run/option_box.h"
#include "ui/run/run_panel.h"
#include "ui/shell/workbench.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTest>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

class AdvancedTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_test.loadAll();
        m_test.window().showStartPage(false);
        for (QCheckBox* box : panel().findChildren<QCheckBox*>())
            if (box->text() == QStringLiteral("Advanced"))
                box->click();
    }
    ui::RunPanel& panel() { return *m_test.window().workbench().runPanel(); }
    template <typename Field>
    Field& field(const QString& name)
    {
        for (Field* found : panel().findChildren<Field*>())
            if (found->accessibleName() == name)
                return *found;
        throw std::logic_error("the panel has no field " + name.toStdString());
    }
    void choose(const QString& name, const QString& text)
    {
        auto& box = field<ui::OptionBox>(name);
        box.setFocus();
        QTest::keyClick(&box, Qt::Key_Home);
        for (int step = 0; step < box.count() && box.currentText() != text; ++step)
            QTest::keyClick(&box, Qt::Key_Down);
        EXPECT_EQ(box.currentText(), text);
    }
    void enter(const QString& name, const QString& text)
    {
        auto& spin = field<QSpinBox>(name);
        spin.selectAll();
        QTest::keyClicks(&spin, text);
        QTest::keyClick(&spin, Qt::Key_Return);
    }
    bool problemSays(const QString& text)
    {
        for (const QLabel* label : panel().findChildren<QLabel*>())
            if (label->isVisible() && label->property("role").toString() == QStringLiteral("missing")
                && label->text().contains(text))
                return true;
        return false;
    }

    WindowUnderTest m_test;
};

} // namespace

TEST_F(AdvancedTest, EveryOptionThatTheCommandLineHasReachesTheRun)
{
    choose(QStringLiteral("Order"), QStringLiteral("affinity"));
    choose(QStringLiteral("Expert capacity"), QStringLiteral("passthrough"));
    enter(QStringLiteral("Top-k"), QStringLiteral("3"));
    enter(QStringLiteral("Lookahead"), QStringLiteral("5"));
    enter(QStringLiteral("Threads"), QStringLiteral("2"));
    enter(QStringLiteral("Seed"), QStringLiteral("77"));
    field<QLineEdit>(QStringLiteral("Prefetch limit")).setFocus();
    QTest::keyClicks(&field<QLineEdit>(QStringLiteral("Prefetch limit")), QStringLiteral("25%"));
    ASSERT_TRUE(m_test.untilIdle());
    m_test.studio().start();
    ASSERT_TRUE(m_test.until([this] { return m_test.script().runs == 1; }));
    ASSERT_TRUE(m_test.untilIdle());
    const api::RunOptions run = m_test.script().lastRun();
    EXPECT_EQ(run.order, api::BatchOrder::affinity);
    EXPECT_EQ(run.capacity, api::ExpertCapacity::passthrough);
    EXPECT_EQ(run.topK, 3);
    EXPECT_EQ(run.lookahead, 5);
    EXPECT_EQ(run.threads, 2);
    EXPECT_EQ(run.seed, 77u);
    EXPECT_EQ(run.prefetchLimit, units::Budget::ofShare(0.25));
}

TEST_F(AdvancedTest, LengthAndRowsReadTheDatasetAnew)
{
    const int before = m_test.script().datasetLoads;
    enter(QStringLiteral("Longest sample"), QStringLiteral("64"));
    ASSERT_TRUE(m_test.until([&] { return m_test.script().datasetLoads == before + 1; }));
    ASSERT_TRUE(m_test.untilIdle()); // nothing can be typed meanwhile
    enter(QStringLiteral("First rows"), QStringLiteral("100"));
    ASSERT_TRUE(m_test.until([&] { return m_test.script().datasetLoads == before + 2; }));
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.script().lastDataset().maxLength, 64);
    EXPECT_EQ(m_test.script().lastDataset().limit, 100u);
}

TEST_F(AdvancedTest, APrefetchLimitThatIsNoSizeIsToldAsItIsTypedAndChangesNothing)
{
    auto& limit = field<QLineEdit>(QStringLiteral("Prefetch limit"));
    limit.setFocus();
    QTest::keyClicks(&limit, QStringLiteral("64 MiB"));
    EXPECT_FALSE(problemSays({}));
    QTest::keyClicks(&limit, QStringLiteral("x"));
    EXPECT_TRUE(problemSays({}));
    EXPECT_EQ(m_test.studio().nextRun().options().prefetchLimit, units::Budget::ofBytes(64 * units::kMiB));
    QTest::keyClick(&limit, Qt::Key_Backspace);
    EXPECT_FALSE(problemSays({}));
}

TEST_F(AdvancedTest, OrderByAffinityNeedsAPredictor)
{
    m_test.studio().nextRun().setPredictor(nullptr);
    m_test.studio().nextRun().setPolicyByUser(api::Policy::onDemand);
    EXPECT_TRUE(m_test.studio().nextRun().canStart());
    choose(QStringLiteral("Order"), QStringLiteral("affinity"));
    EXPECT_FALSE(m_test.studio().nextRun().canStart());
    choose(QStringLiteral("Order"), QStringLiteral("dataset"));
    EXPECT_TRUE(m_test.until([this] { return m_test.studio().nextRun().canStart(); }));
}

TEST_F(AdvancedTest, ThePapersPoolingPadsToTheLongestSample)
{
    for (QCheckBox* box : panel().findChildren<QCheckBox*>())
        if (box->text() == QStringLiteral("Classify as the paper did"))
            box->click();
    EXPECT_EQ(m_test.studio().nextRun().options().paperPooling, 512);
    enter(QStringLiteral("Longest sample"), QStringLiteral("128"));
    EXPECT_EQ(m_test.studio().nextRun().options().paperPooling, 128);
}

} // namespace sida::gui_test
