// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/predictor/calibration.h"

#include <QWidget>

namespace sida::ui
{

/// Reliability diagram of alpha over the whole run: how sure the predictor was against how often it was
/// right, with the share of the tokens in each bin behind it. Left and Right go from bin to bin.
class CalibrationView : public QWidget
{
    Q_OBJECT
public:
    explicit CalibrationView(RecordingModel* model, QWidget* parent = nullptr);

    void setLayer(std::optional<std::uint16_t> layer);
    std::optional<std::uint16_t> layer() const { return m_layer; }
    int layers() const { return m_layers; }
    const Calibration& calibration() const { return m_calibration; }
    /// Where the plot lies, and the point of a bin in it.
    QRect plot() const;
    QPointF point(int bin) const;
    void setBin(std::optional<int> bin);
    std::optional<int> bin() const { return m_bin; }
    /// What the diagram says in words, the bin that is looked at last.
    QStringList readout() const;
    QSize sizeHint() const override { return {480, 200}; }

Q_SIGNALS:
    void layersChanged(int count);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void refresh();
    void paintAxes(QPainter& painter, const QRect& area) const;
    void paintBins(QPainter& painter, const QRect& area) const;
    void paintReadout(QPainter& painter) const;
    QString emptyText() const;
    QString binText(int bin) const;

    RecordingModel* m_model;
    std::optional<std::uint16_t> m_layer;
    std::optional<int> m_bin;
    Calibration m_calibration;
    std::size_t m_rows = 0; ///< that m_calibration was made of
    int m_layers = 0;
};

} // namespace sida::ui
