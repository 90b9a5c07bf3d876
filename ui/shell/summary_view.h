// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"

#include <QWidget>
#include <vector>

class QHBoxLayout;
class QLabel;
class QScrollArea;

namespace sida::ui
{

class RecordingModel;
class SummaryModel;

/// All figures of a run, group by group: what it is, how much. As many groups stand side by side as fit.
/// Ctrl+C copies them as lines of text.
class SummaryView : public QWidget
{
    Q_OBJECT
public:
    explicit SummaryView(QWidget* parent = nullptr);

    void setFigures(const RecordingModel& recording, const api::Figures& figures);
    void clear();
    /// What limited the run.
    QString verdict() const;
    SummaryModel* model() const { return m_model; }
    QString asText() const;
    /// All of it, also what is scrolled out of sight.
    QWidget* wholePicture();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void rebuild();
    void refreshValues();
    void arrange();

    SummaryModel* m_model;
    QLabel* m_empty;
    QLabel* m_verdict;
    QScrollArea* m_scroll;
    QWidget* m_content;
    QHBoxLayout* m_columns;
    std::vector<QWidget*> m_groups;
    std::vector<QLabel*> m_values; ///< one a row of the model; null for the head of a group
    int m_arranged = 0;
};

} // namespace sida::ui
