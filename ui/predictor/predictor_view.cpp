// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/predictor/predictor_view.h"

#include "ui/predictor/calibration_view.h"
#include "ui/predictor/guess_model.h"
#include "ui/predictor/hash_view.h"
#include "ui/predictor/training_curve.h"

#include <QAction>
#include <QButtonGroup>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace sida::ui
{

namespace
{

QButtonGroup* segments(QWidget* parent, const QStringList& texts, const QStringList& tips)
{
    auto* group = new QButtonGroup(parent);
    auto* row = new QHBoxLayout(parent);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (int i = 0; i < texts.size(); ++i) {
        auto* button = new QToolButton;
        button->setText(texts[i]);
        button->setToolTip(tips[i]);
        button->setCheckable(true);
        button->setChecked(i == 0);
        button->setFocusPolicy(Qt::TabFocus);
        button->setProperty("segment", true);
        if (i == 0 || i + 1 == texts.size())
            button->setProperty("segmentEnd", i == 0 ? QStringLiteral("first") : QStringLiteral("last"));
        group->addButton(button, i);
        row->addWidget(button);
    }
    return group;
}

} // namespace

PredictorView::PredictorView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : QWidget(parent)
    , m_hash(new HashView(model, axis))
    , m_calibration(new CalibrationView(model))
    , m_guesses(new GuessModel(this))
    , m_curve(new TrainingCurve)
{
    m_stack = new QStackedWidget;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeBar());
    column->addWidget(m_stack, 1);
    m_stack->addWidget(m_hash);
    m_stack->addWidget(m_calibration);
    m_stack->addWidget(makeBaselines());
    m_stack->addWidget(m_curve);
    connect(m_pages, &QButtonGroup::idClicked, this, [this](int id) { showPage(Page(id)); });
    connect(
        m_measures, &QButtonGroup::idClicked, this, [this](int id) { m_hash->setMeasure(HashMeasure(id)); });
    connect(m_evaluate, &QPushButton::clicked, this, &PredictorView::evaluationWanted);
    showPage(Page::overTime);
}

QWidget* PredictorView::makeBar()
{
    auto* bar = new QWidget;
    bar->setFixedHeight(40);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(16, 0, 16, 0);
    row->setSpacing(16);
    auto* pages = new QWidget;
    m_pages = segments(
        pages, {tr("Over the run"), tr("Calibration"), tr("Beside simpler guesses"), tr("Training")},
        {tr("How often the hash tables were right, layer by layer"),
         tr("How often it was right when it was so sure: alpha against what came true"),
         tr("The predictor beside chance, tables and the truth, on the loaded dataset"),
         tr("Loss and held-out hash-hit rate by epoch")});
    row->addWidget(pages);
    m_measureBar = new QWidget;
    m_measures = segments(
        m_measureBar, {tr("Hash-hit rate"), tr("Precision"), tr("Recall")},
        {tr("Share of the tokens whose expert was among those predicted for them"),
         tr("Share of the predicted experts that were used"),
         tr("Share of the used experts that were predicted")});
    row->addWidget(m_measureBar);
    row->addWidget(makeLayerBox());
    row->addStretch(1);
    m_evaluate = new QPushButton(tr("Evaluate"));
    row->addWidget(m_evaluate);
    return bar;
}

QComboBox* PredictorView::makeLayerBox()
{
    m_layer = new QComboBox;
    m_layer->setAccessibleName(tr("MoE layer whose calibration is shown"));
    m_layer->setToolTip(m_layer->accessibleName());
    const auto fill = [this](int layers) {
        m_layer->clear();
        m_layer->addItem(tr("all layers"));
        for (int layer = 0; layer < layers; ++layer)
            m_layer->addItem(tr("layer %1").arg(layer), layer);
    };
    connect(m_calibration, &CalibrationView::layersChanged, m_layer, fill);
    fill(m_calibration->layers());
    connect(m_layer, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_calibration->setLayer(
            index > 0 ? std::optional(static_cast<std::uint16_t>(index - 1)) : std::nullopt);
    });
    return m_layer;
}

QWidget* PredictorView::makeBaselines()
{
    m_table = new QTableView;
    m_table->setModel(m_guesses);
    m_table->setAccessibleName(tr("The predictor beside simpler guesses"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setMinimumSectionSize(64);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    auto* copy = new QAction(tr("Copy the table"), m_table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this, [this] {
        QGuiApplication::clipboard()->setText(m_guesses->asText());
    });
    m_table->addAction(copy);
    m_message = new QLabel;
    m_message->setProperty("role", QStringLiteral("secondary"));
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_table, 1);
    column->addWidget(m_message, 1);
    return page;
}

TitleAccessory* PredictorView::titleAccessory() const
{
    return m_hash->titleAccessory();
}

void PredictorView::showPage(Page page)
{
    m_stack->setCurrentIndex(static_cast<int>(page));
    m_pages->button(static_cast<int>(page))->setChecked(true);
    refresh();
}

PredictorView::Page PredictorView::page() const
{
    return Page(m_stack->currentIndex());
}

void PredictorView::refresh()
{
    m_measureBar->setVisible(page() == Page::overTime);
    m_layer->setVisible(page() == Page::calibration);
    m_evaluate->setVisible(page() == Page::baselines);
    m_evaluate->setEnabled(m_blocker.isEmpty() && !m_evaluating);
    m_evaluate->setToolTip(
        m_evaluating              ? tr("An evaluation is going on")
            : m_blocker.isEmpty() ? tr("Judge the predictor and simpler guesses on the loaded dataset")
                                  : m_blocker);
    const bool full = m_guesses->rowCount() > 0 && !m_evaluating;
    m_table->setVisible(full);
    m_message->setVisible(!full);
    m_message->setText(
        m_evaluating ? tr("Running the dataset and judging the guesses; Stop (Shift+F5) ends it.")
            : !m_failure.isEmpty() ? m_failure
            : !m_blocker.isEmpty() ? tr("%1 to see the predictor beside simpler guesses.").arg(m_blocker)
                                   : tr("Press Evaluate to see the predictor beside simpler guesses."));
}

void PredictorView::setBlocker(const QString& reason)
{
    m_blocker = reason;
    refresh();
}

void PredictorView::evaluationBegan()
{
    m_evaluating = true;
    m_failure.clear();
    refresh();
}

void PredictorView::setEvaluation(std::shared_ptr<const api::EvaluateResult> result)
{
    m_evaluating = false;
    m_guesses->setResult(std::move(result));
    refresh();
}

void PredictorView::evaluationFailed(const QString& why)
{
    m_evaluating = false;
    m_failure = why;
    refresh();
}

void PredictorView::trainingBegan(int epochs)
{
    m_curve->begin(epochs);
    showPage(Page::training);
}

void PredictorView::addEpoch(const api::TrainEpoch& epoch)
{
    m_curve->add(epoch);
}

QString PredictorView::message() const
{
    return m_message->isVisibleTo(this) ? m_message->text() : QString();
}

} // namespace sida::ui
