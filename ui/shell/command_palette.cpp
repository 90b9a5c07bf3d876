// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/command_palette.h"

#include "ui/theme/theme_manager.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QRegularExpression>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kWidth = 560;
enum Kind { action, batch, expert };
constexpr int kKind = Qt::UserRole;
constexpr int kFirst = Qt::UserRole + 1;
constexpr int kSecond = Qt::UserRole + 2;
constexpr int kKeys = Qt::UserRole + 3;

/// The name at the left, its keys at the right.
class PaletteDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        painter->save();
        painter->setFont(Theme::font(TextStyle::small));
        painter->setPen(ThemeManager::instance().theme().color(Role::secondaryText));
        painter->drawText(
            option.rect.adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter,
            index.data(kKeys).toString());
        painter->restore();
    }
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return {QStyledItemDelegate::sizeHint(option, index).width(), 26};
    }
};

QString plain(const QAction& action)
{
    return action.text().remove(QLatin1Char('&'));
}

/// Every word stands somewhere in the text; words that begin it come first.
int rank(const QString& text, const QStringList& words)
{
    for (const QString& word : words)
        if (!text.contains(word, Qt::CaseInsensitive))
            return -1;
    return !words.isEmpty() && text.startsWith(words.first(), Qt::CaseInsensitive) ? 0 : 1;
}

} // namespace

CommandPalette::CommandPalette(QList<QAction*> actions, QWidget* parent)
    : QDialog(parent)
    , m_actions(std::move(actions))
    , m_edit(new QLineEdit)
    , m_list(new QListWidget)
{
    setWindowTitle(tr("Find or run"));
    m_edit->setPlaceholderText(tr("An action, a batch (17), or layer and expert (2/34)"));
    m_edit->setAccessibleName(tr("What to find or run"));
    m_edit->setClearButtonEnabled(true);
    m_edit->installEventFilter(this);
    m_list->setAccessibleName(tr("What was found"));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    m_list->setItemDelegate(new PaletteDelegate(m_list));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(8);
    column->addWidget(m_edit);
    column->addWidget(m_list);
    resize(kWidth, 400);
    if (parent)
        move(parent->mapToGlobal(QPoint((parent->width() - kWidth) / 2, 48)));
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_edit, &QLineEdit::returnPressed, this, &CommandPalette::run);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    filter();
}

void CommandPalette::filter()
{
    m_list->clear();
    const QString typed = m_edit->text().trimmed();
    auto add = [this](const QString& text, Kind kind, int first, int second) {
        auto* item = new QListWidgetItem(text, m_list);
        item->setData(kKind, kind);
        item->setData(kFirst, first);
        item->setData(kSecond, second);
        return item;
    };
    static const QRegularExpression kBatch(
        QStringLiteral("^(?:batch\\s+)?(\\d{1,9})$"), QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression kExpert(
        QStringLiteral("^(?:layer\\s+)?(\\d{1,4})\\s*[/, ]\\s*(?:expert\\s+)?(\\d{1,5})$"),
        QRegularExpression::CaseInsensitiveOption);
    if (const auto match = kBatch.match(typed); match.hasMatch())
        add(tr("Look at batch %1").arg(match.captured(1)), batch, match.captured(1).toInt(), 0);
    if (const auto match = kExpert.match(typed); match.hasMatch())
        add(tr("Filter by layer %1, expert %2").arg(match.captured(1), match.captured(2)), expert,
            match.captured(1).toInt(), match.captured(2).toInt());
    static const QRegularExpression kSpace(QStringLiteral("\\s+"));
    const QStringList words = typed.split(kSpace, Qt::SkipEmptyParts);
    std::vector<std::pair<int, int>> found; // rank, index
    for (int i = 0; i < m_actions.size(); ++i)
        if (const int at = rank(plain(*m_actions[i]), words); at >= 0 && m_actions[i]->isVisible())
            found.emplace_back(at + (m_actions[i]->isEnabled() ? 0 : 2), i);
    std::stable_sort(found.begin(), found.end());
    for (const auto& [order, index] : found) {
        const QAction& one = *m_actions[index];
        const QString keys = one.shortcut().toString(QKeySequence::NativeText);
        QListWidgetItem* item = add(plain(one), action, index, 0);
        item->setData(kKeys, keys);
        item->setToolTip(one.toolTip());
        if (!one.isEnabled())
            item->setFlags(Qt::NoItemFlags);
    }
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->flags() & Qt::ItemIsEnabled) {
            m_list->setCurrentRow(row);
            break;
        }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1
            : key == Qt::Key_Up              ? -1
            : key == Qt::Key_PageDown        ? 10
            : key == Qt::Key_PageUp          ? -10
                                             : 0;
        if (step != 0) {
            m_list->setCurrentRow(
                std::clamp(m_list->currentRow() + step, 0, std::max(0, m_list->count() - 1)));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

void CommandPalette::run()
{
    const QListWidgetItem* item = m_list->currentItem();
    if (!item || !(item->flags() & Qt::ItemIsEnabled))
        return;
    const int kind = item->data(kKind).toInt();
    const int first = item->data(kFirst).toInt();
    const int second = item->data(kSecond).toInt();
    accept(); // first, so that what is done may open a dialog of its own
    if (kind == batch)
        Q_EMIT batchWanted(static_cast<quint32>(first));
    else if (kind == expert)
        Q_EMIT expertWanted(first, second);
    else
        m_actions[first]->trigger();
}

} // namespace sida::ui
