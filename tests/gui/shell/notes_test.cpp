// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/notes/notes_view.h"
#include "ui/plot/columns.h"
#include "ui/shell/banner.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_view.h"

#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

using testing::ElementsAre;

class NotesTest : public testing::Test
{
protected:
    void openSession()
    {
        m_test.studio().openSession(m_test.file(QStringLiteral("a.sida"), api::PathKind::session));
        m_test.until([this] { return !m_test.studio().sessionPath().isEmpty(); });
        ASSERT_TRUE(m_test.untilIdle());
    }
    ui::TimeAxis& axis() { return m_test.studio().axis(); }
    ui::NotesView& view() { return *m_test.window().workbench().notes(); }
    ui::TimelineView& timeline() { return *m_test.window().workbench().timeline(); }
    const std::vector<api::Note>& notes() { return m_test.studio().recording().notes().all(); }
    Nanoseconds beginOf(std::uint32_t batch) { return m_test.studio().recording().batch(batch)->begin; }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(&m_test.window(), key, modifiers);
    }
    void write(const QString& text)
    {
        auto* editor = view().table()->findChild<QLineEdit*>();
        ASSERT_TRUE(editor);
        editor->selectAll();
        QTest::keyClicks(editor, text);
        QTest::keyClick(editor, Qt::Key_Return);
    }
    bool untilSaved(const std::vector<api::Note>& wanted)
    {
        return m_test.until([&] { return m_test.script().lastNotes().second == wanted; });
    }

    WindowUnderTest m_test;
};

} // namespace

TEST_F(NotesTest, BSetsABookmarkAtTheCrosshairThatIsStoredInTheSession)
{
    openSession();
    axis().setHover(beginOf(7));
    press(Qt::Key_B);
    ASSERT_TRUE(untilSaved({{beginOf(7), ""}}));
    EXPECT_EQ(m_test.script().lastNotes().first, m_test.studio().sessionPath().toStdString());
}

TEST_F(NotesTest, CtrlBOpensTheListAndTakesTheTextWhereItStands)
{
    openSession();
    axis().selectBatch(5);
    press(Qt::Key_B, Qt::ControlModifier);
    EXPECT_EQ(m_test.window().workbench().tabs()->currentWidget(), &view());
    write(QStringLiteral("warm from here"));
    EXPECT_TRUE(untilSaved({{beginOf(5), "warm from here"}}));
}

TEST_F(NotesTest, AreListedByTimeWithTheirBatch)
{
    openSession();
    for (const std::uint32_t batch : {9, 2, 6}) {
        axis().setHover(beginOf(batch) + 1);
        press(Qt::Key_B);
    }
    const QAbstractItemModel& model = *view().table()->model();
    ASSERT_EQ(model.rowCount(), 3);
    for (int row = 0; row < 3; ++row)
        EXPECT_EQ(model.index(row, 1).data().toInt(), (std::array{2, 6, 9})[static_cast<std::size_t>(row)]);
    EXPECT_EQ(model.index(0, 2).data().toString(), QStringLiteral("Bookmark"));
}

TEST_F(NotesTest, ADoubleClickGoesThere)
{
    openSession();
    axis().setHover(beginOf(30) + 10);
    press(Qt::Key_B);
    axis().setHover(std::nullopt);
    axis().setVisible({beginOf(0), beginOf(3)});
    m_test.window().workbench().bringUp(&view());
    QTest::qWait(50);
    const QRect cell = view().table()->visualRect(view().table()->model()->index(0, 2));
    QTest::mouseClick(view().table()->viewport(), Qt::LeftButton, {}, cell.center());
    QTest::mouseDClick(view().table()->viewport(), Qt::LeftButton, {}, cell.center());
    EXPECT_TRUE(axis().visible().contains(beginOf(30) + 10));
    EXPECT_EQ(axis().batch(), 30u);
}

TEST_F(NotesTest, CanBeChangedAndDeletedByKey)
{
    openSession();
    axis().setHover(beginOf(1));
    press(Qt::Key_B);
    axis().setHover(beginOf(2));
    press(Qt::Key_B);
    m_test.window().workbench().bringUp(&view());
    view().table()->setFocus();
    QTest::keyClick(view().table(), Qt::Key_F2);
    write(QStringLiteral("second"));
    ASSERT_TRUE(untilSaved({{beginOf(1), ""}, {beginOf(2), "second"}}));
    QTest::keyClick(view().table(), Qt::Key_Up);
    QTest::keyClick(view().table(), Qt::Key_Delete);
    EXPECT_TRUE(untilSaved({{beginOf(2), "second"}}));
}

TEST_F(NotesTest, StandOnTheTimeAxisAndSayWhatTheyAre)
{
    openSession();
    m_test.window().showStartPage(false);
    m_test.studio().recording().notes().assign({{beginOf(12), "look here"}});
    timeline().flush();
    const ui::TimeScale scale{
        axis().visible(), ui::Columns::of(timeline().rect()).plot.left(),
        ui::Columns::of(timeline().rect()).plot.width()};
    const QRect ruler = timeline().layout().ruler;
    const QPoint mark(scale.pixel(beginOf(12)), ruler.bottom() - 6);
    EXPECT_EQ(
        timeline().grab().toImage().pixelColor(mark),
        ui::ThemeManager::instance().theme().color(ui::Role::accent));
    EXPECT_THAT(timeline().textAt(mark).toStdString(), testing::HasSubstr("look here"));
}

TEST_F(NotesTest, ThoseOfASessionComeWithItAndGoWithIt)
{
    auto recording = std::make_shared<api::Recording>(*m_test.script().recording);
    recording->notes = {{5, "from before"}};
    m_test.script().recording = recording;
    openSession();
    EXPECT_THAT(notes(), ElementsAre(api::Note{5, "from before"}));
    m_test.loadAll();
    m_test.script().runGate.close();
    m_test.studio().start();
    ASSERT_TRUE(m_test.until([this] { return m_test.studio().activity() == ui::Activity::running; }));
    EXPECT_TRUE(notes().empty());
    m_test.script().runGate.open();
    ASSERT_TRUE(m_test.untilIdle());
}

TEST_F(NotesTest, OfARunInProgressAreStoredWhenItHasEnded)
{
    m_test.loadAll();
    m_test.script().runGate.close();
    m_test.script().runGate.admit(4);
    m_test.startAndWait();
    m_test.until([this] { return m_test.studio().recording().rows().batches.size() == 4; });
    axis().setHover(beginOf(2));
    press(Qt::Key_B);
    EXPECT_TRUE(m_test.script().lastNotes().second.empty());
    m_test.script().runGate.open();
    EXPECT_TRUE(untilSaved({{beginOf(2), ""}}));
}

TEST_F(NotesTest, ThatCannotBeStoredStayAndTheReasonIsTold)
{
    m_test.script().notesError = Error{ErrorKind::io, "a.sida: the file is write-protected"};
    openSession();
    press(Qt::Key_B);
    ASSERT_TRUE(m_test.until([this] { return m_test.window().banner().isVisible(); }));
    EXPECT_THAT(
        m_test.window().banner().message().toStdString(), testing::HasSubstr("the file is write-protected"));
    EXPECT_EQ(notes().size(), 1u);
}

TEST_F(NotesTest, WithoutARunTheViewSaysWhatItIsFor)
{
    EXPECT_EQ(view().table()->isVisibleTo(&view()), false);
    bool told = false;
    for (const QLabel* label : view().findChildren<QLabel*>())
        told |= label->text().contains(QStringLiteral("to set bookmarks"));
    EXPECT_TRUE(told);
}

} // namespace sida::gui_test
