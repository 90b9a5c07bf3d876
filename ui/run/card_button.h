// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QStringList>

namespace sida::ui
{

/// A framed button of several lines: what it is for, what is chosen, and its figures.
class CardButton : public QAbstractButton
{
    Q_OBJECT
public:
    explicit CardButton(QWidget* parent = nullptr);

    /// A small line above the headline; may be empty.
    void setCaption(const QString& caption);
    void setHeadline(const QString& headline);
    /// Lines that do not fit are cut with an ellipsis; the tooltip has them whole.
    void setDetails(const QStringList& details);
    /// At the right of the first line: a shortcut, or a state in words.
    void setNote(const QString& note, bool missing = false);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void describe();
    int contentHeight() const;

    QString m_caption;
    QString m_headline;
    QStringList m_details;
    QString m_note;
    bool m_noteMissing = false;
};

} // namespace sida::ui
