// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/memory/memory_stack.h"
#include "ui/plot/time_view.h"

namespace sida::ui
{

/// Device memory stacked by purpose, with the budget as a line above it.
class MemoryView : public TimeView
{
    Q_OBJECT
public:
    MemoryView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    QStringList readout() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// The y of a number of bytes, as painted.
    int pixelOf(std::uint64_t bytes) const { return byteScale().y(static_cast<double>(bytes)); }

protected:
    void paintContent(QPainter& painter) override;
    void paintReadout(QPainter& painter) override;
    QString emptyText() const override;
    bool hasContent() const override { return !model().rows().memory.empty(); }
    QRect crosshairArea() const override { return plotArea(); }
    void contentChanged() override;

private:
    QRect plotArea() const;
    ByteScale byteScale() const;
    void paintStack(QPainter& painter, const std::vector<StackRun>& runs, const ByteScale& bytes) const;
    void paintBudget(QPainter& painter, const std::vector<StackRun>& runs, const ByteScale& bytes) const;
    void paintAxis(QPainter& painter, const ByteScale& bytes) const;
    QString budgetText(std::uint64_t budget) const;

    /// Of what is painted next; drawn from twice, the title and the stack.
    struct Runs {
        std::uint64_t version = 0;
        TimeScale scale;
        std::vector<StackRun> runs;
    };
    const std::vector<StackRun>& runs() const;
    mutable std::optional<Runs> m_runs;
};

/// "Expert slots", in the user's language.
QString purposeText(api::Purpose purpose);

} // namespace sida::ui
