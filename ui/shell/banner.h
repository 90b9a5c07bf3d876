// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <functional>

class QLabel;
class QPushButton;

namespace sida::ui
{

/// A message across the top of the window that stays until it is dismissed or answered, and does not stop
/// the work below it.
class Banner : public QFrame
{
    Q_OBJECT
public:
    enum class Kind { problem, notice };

    explicit Banner(QWidget* parent = nullptr);

    void show(
        Kind kind, const QString& message, const QString& actionText = {}, std::function<void()> action = {});
    void dismiss();
    QString message() const;
    QPushButton* actionButton() const { return m_action; }
    QPushButton* dismissButton() const { return m_dismiss; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    bool m_problem = true;
    QLabel* m_mark;
    QLabel* m_text;
    QPushButton* m_action;
    QPushButton* m_dismiss;
    std::function<void()> m_act;
};

} // namespace sida::ui
