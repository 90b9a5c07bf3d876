// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/predictor/calibration_view.h"

#include "ui/host/text.h"
#include "ui/plot/paint.h"
#include "ui/theme/theme_manager.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

constexpr int kBins = api::kAlphaBins;
constexpr int kReadoutWidth = 296;
constexpr int kRoomForReadout = 560; // narrower, the plot goes alone; the tooltip still tells
constexpr int kLine = 20;
constexpr int kTightLine = 15; // seven of them in a low dock
constexpr int kLines = 7;
constexpr int kRoomForTitle = 150; // below that the axis goes without its title
/// The plot is not drawn wider than this many times its height: the diagonal should look like one.
constexpr int kWidest = 3;

QColor barColor(const Theme& theme)
{
    QColor color = theme.color(Role::compute);
    color.setAlphaF(0.35F);
    return color;
}

QString number(double value)
{
    return std::isnan(value) ? QStringLiteral("–") : toText(units::formatNumber(value));
}

} // namespace

CalibrationView::CalibrationView(RecordingModel* model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
{
    setMinimumHeight(kLines * kTightLine + 8);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("How far alpha, the predictor's confidence, can be believed"));
    connect(m_model, &RecordingModel::resetDone, this, &CalibrationView::refresh);
    connect(m_model, &RecordingModel::appended, this, [this] {
        if (m_model->rows().calibration.size() != m_rows)
            refresh();
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
    refresh();
}

void CalibrationView::refresh()
{
    const int layers = static_cast<int>(m_model->header().moeLayers.size());
    if (layers != m_layers) {
        m_layers = layers;
        m_layer.reset();
        Q_EMIT layersChanged(layers);
    }
    const auto& rows = m_model->rows().calibration;
    m_rows = rows.size();
    m_calibration = calibrationOf(rows, m_layer);
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
    update();
}

void CalibrationView::setLayer(std::optional<std::uint16_t> layer)
{
    m_layer = layer;
    refresh();
}

void CalibrationView::setBin(std::optional<int> bin)
{
    if (bin)
        bin = std::clamp(*bin, 0, kBins - 1);
    if (bin == m_bin)
        return;
    m_bin = bin;
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
    update();
}

QRect CalibrationView::plot() const
{
    const int readoutWidth = width() < kRoomForReadout ? 0 : kReadoutWidth;
    QRect area = rect().adjusted(64, 12, -readoutWidth - 16, height() < kRoomForTitle ? -24 : -40);
    area.setWidth(std::min(area.width(), kWidest * area.height()));
    return area;
}

QPointF CalibrationView::point(int bin) const
{
    const QRect area = plot();
    const Calibration::Bin& of = m_calibration.bins[static_cast<std::size_t>(bin)];
    return {area.left() + of.alpha() * area.width(), area.bottom() - of.cameTrue() * area.height()};
}

QString CalibrationView::emptyText() const
{
    if (!m_model->hasRun())
        return tr("Start a run with a predictor, or open a session of one, to see how far its confidence "
                  "can be believed.");
    if (m_model->header().predictorName.empty())
        return tr("This run had no predictor. Policy sida uses one: train it for the model, or open one.");
    if (m_model->isLive())
        return tr("The first figures come after 16 batches.");
    return tr("Nothing is recorded here: the routers did not run, or the session is from an older version.");
}

QString CalibrationView::binText(int bin) const
{
    const Calibration::Bin& of = m_calibration.bins[static_cast<std::size_t>(bin)];
    const auto edge = [](int at) { return QString::number(static_cast<double>(at) / kBins, 'f', 1); };
    const QString range = tr("alpha %1 to %2").arg(edge(bin), edge(bin + 1));
    if (of.tokens == 0)
        return tr("%1: no tokens").arg(range);
    return tr("%1: %n token(s), mean alpha %2, %3 of them came true", nullptr,
              static_cast<int>(std::min<std::uint64_t>(of.tokens, std::numeric_limits<int>::max())))
        .arg(range, number(of.alpha()), number(of.cameTrue()));
}

QStringList CalibrationView::readout() const
{
    if (m_calibration.tokens() == 0)
        return {emptyText()};
    const double gap = m_calibration.alpha() - m_calibration.cameTrue();
    QStringList lines{
        tr("mean alpha %1").arg(number(m_calibration.alpha())),
        tr("top-1 hash-hit rate %1").arg(number(m_calibration.cameTrue())),
        tr("expected calibration error %1").arg(number(m_calibration.error())),
        std::abs(gap) < 0.01 ? tr("as sure as it is right")
            : gap > 0        ? tr("too sure by %1").arg(number(gap))
                             : tr("not sure enough by %1").arg(number(-gap))};
    if (m_bin)
        lines << binText(*m_bin);
    return lines;
}

void CalibrationView::paintAxes(QPainter& painter, const QRect& area) const
{
    const Theme& theme = ThemeManager::instance().theme();
    for (const double value : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        const int x = area.left() + qRound(value * area.width());
        const int y = area.bottom() - qRound(value * area.height());
        painter.setPen(theme.color(Role::grid));
        painter.drawLine(area.left(), y, area.right(), y);
        painter.drawLine(x, area.top(), x, area.bottom());
        const QString text = toText(units::formatNumber(value, 2));
        drawText(
            painter, QRect(0, y - 8, area.left() - 8, 16), Qt::AlignRight | Qt::AlignVCenter, text,
            theme.color(Role::secondaryText));
        drawText(
            painter, QRect(x - 24, area.bottom() + 4, 48, 16), Qt::AlignCenter, text,
            theme.color(Role::secondaryText));
    }
    if (height() >= kRoomForTitle)
        drawText(
            painter, QRect(area.left(), area.bottom() + 20, area.width(), 16), Qt::AlignCenter,
            tr("alpha: how sure the predictor was of its first expert"), theme.color(Role::secondaryText));
    painter.setPen(QPen(theme.color(Role::secondaryText), 1, Qt::DashLine));
    painter.drawLine(area.bottomLeft(), area.topRight());
}

void CalibrationView::paintBins(QPainter& painter, const QRect& area) const
{
    const Theme& theme = ThemeManager::instance().theme();
    const auto all = static_cast<double>(m_calibration.tokens());
    const QColor bar = barColor(theme);
    for (int i = 0; i < kBins; ++i) {
        const int left = area.left() + i * area.width() / kBins;
        const int right = area.left() + (i + 1) * area.width() / kBins;
        const double share
            = static_cast<double>(m_calibration.bins[static_cast<std::size_t>(i)].tokens) / all;
        const int height = qRound(share * area.height());
        painter.fillRect(QRect(left + 1, area.bottom() + 1 - height, right - left - 2, height), bar);
        if (m_bin == i) {
            painter.setPen(QPen(theme.color(Role::accent), 1));
            painter.drawRect(QRect(left, area.top(), right - left, area.height()));
        }
    }
    painter.setRenderHint(QPainter::Antialiasing);
    QPolygonF line;
    for (int i = 0; i < kBins; ++i)
        if (m_calibration.bins[static_cast<std::size_t>(i)].tokens > 0)
            line << point(i);
    painter.setPen(QPen(theme.color(Role::hitRateLine), 2));
    painter.drawPolyline(line);
    painter.setBrush(theme.color(Role::hitRateLine));
    for (const QPointF& one : line)
        painter.drawEllipse(one, 3, 3);
    painter.setBrush(Qt::NoBrush);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void CalibrationView::paintReadout(QPainter& painter) const
{
    const Theme& theme = ThemeManager::instance().theme();
    const double gap = m_calibration.alpha() - m_calibration.cameTrue();
    const QColor bar = barColor(theme);
    using Mark = ReadoutLine::Mark;
    const ReadoutLine lines[]
        = {{tr("share that came true, by bin"), {}, Mark::line, theme.color(Role::hitRateLine)},
           {tr("as sure as right"), {}, Mark::dashes, theme.color(Role::secondaryText)},
           {tr("share of the tokens, by bin"), {}, Mark::fill, bar},
           {tr("mean alpha"), number(m_calibration.alpha())},
           {tr("top-1 hash-hit rate"), number(m_calibration.cameTrue())},
           {tr("expected calibration error"), number(m_calibration.error())},
           std::abs(gap) < 0.01 ? ReadoutLine{tr("As sure as it is right"), {}, Mark::none, Qt::NoBrush, true}
                                : ReadoutLine{
                                    gap > 0 ? tr("Too sure by") : tr("Not sure enough by"),
                                    number(std::abs(gap)), Mark::none, Qt::NoBrush, true}};
    const int step = std::clamp((height() - 8) / kLines, kTightLine, kLine);
    QRect row(plot().right() + 24, std::min(8, step / 4), kReadoutWidth, step);
    for (const ReadoutLine& line : lines) {
        drawReadoutLine(painter, row, line, theme);
        row.translate(0, step);
    }
}

void CalibrationView::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.color(Role::base));
    if (m_calibration.tokens() == 0) {
        drawText(
            painter, rect().adjusted(24, 0, -24, 0), Qt::AlignCenter | Qt::TextWordWrap, emptyText(),
            theme.color(Role::secondaryText), TextStyle::body);
        return;
    }
    paintAxes(painter, plot());
    paintBins(painter, plot());
    if (width() >= kRoomForReadout)
        paintReadout(painter);
    if (hasFocus()) {
        painter.setPen(QPen(theme.color(Role::accent), 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void CalibrationView::mouseMoveEvent(QMouseEvent* event)
{
    const QRect area = plot();
    if (m_calibration.tokens() > 0 && area.contains(event->pos()))
        setBin((event->pos().x() - area.left()) * kBins / area.width());
    else
        setBin(std::nullopt);
}

void CalibrationView::leaveEvent(QEvent*)
{
    setBin(std::nullopt);
}

void CalibrationView::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step == 0 || m_calibration.tokens() == 0)
        return QWidget::keyPressEvent(event);
    setBin(m_bin ? *m_bin + step : step > 0 ? 0 : kBins - 1);
    QToolTip::showText(mapToGlobal(QPoint(plot().center().x(), plot().top())), binText(*m_bin), this);
}

bool CalibrationView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (m_bin)
        QToolTip::showText(help->globalPos(), binText(*m_bin), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace sida::ui
