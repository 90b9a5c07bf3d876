// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/run_panel.h"

#include "ui/host/text.h"
#include "ui/run/card_button.h"
#include "ui/run/option_box.h"
#include "ui/run/part_texts.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QVBoxLayout>

#include <limits>

namespace sida::ui
{

namespace
{

constexpr int kAsFile = -1; // beside the values of api::Task

QSpinBox* makeSpin(int low, int high, const QString& name, const QString& tip)
{
    auto* spin = new QSpinBox;
    spin->setRange(low, high);
    spin->setKeyboardTracking(false);
    spin->setAccessibleName(name);
    spin->setToolTip(tip);
    return spin;
}

void addRow(QFormLayout* form, const QString& label, QWidget* field)
{
    auto* text = new QLabel(label);
    text->setBuddy(field);
    text->setMinimumWidth(64);
    form->addRow(text, field);
}

QFormLayout* makeForm(QWidget* parent)
{
    auto* form = new QFormLayout(parent);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(8);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    return form;
}

} // namespace

RunPanel::RunPanel(NextRun* run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    column->addWidget(makeCards());
    column->addWidget(makeOptions());
    column->addStretch(1);

    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);

    // The scroll bar takes its room from the margin, so that nothing moves when it appears.
    connect(scroll->verticalScrollBar(), &QScrollBar::rangeChanged, column, [column](int, int most) {
        column->setContentsMargins(16, 8, most > 0 ? 6 : 16, 8);
    });

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addWidget(makeFoot());

    connect(m_run, &NextRun::changed, this, &RunPanel::refresh);
    refresh();
}

QWidget* RunPanel::makeCards()
{
    auto* cards = new QWidget;
    auto* layout = new QVBoxLayout(cards);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    const auto add = [&](CardButton*& card, const QString& caption, void (RunPanel::*wanted)()) {
        card = new CardButton;
        card->setCaption(caption);
        connect(card, &CardButton::clicked, this, wanted);
        layout->addWidget(card);
    };
    add(m_model, texts::partName(Part::model), &RunPanel::modelWanted);
    add(m_dataset, texts::partName(Part::dataset), &RunPanel::datasetWanted);
    add(m_predictor, texts::partName(Part::predictor), &RunPanel::predictorWanted);
    m_train = new QPushButton(tr("Train a predictor..."));
    connect(m_train, &QPushButton::clicked, this, &RunPanel::trainingWanted);
    layout->addWidget(m_train);
    return cards;
}

void RunPanel::addTasks()
{
    m_task = new OptionBox(tr("Task"));
    m_task->add(kAsFile, tr("as the file says"), tr("Told from the dataset's columns and the model's head"));
    const std::pair<api::Task, QString> tasks[]
        = {{api::Task::classify, tr("Sentences or pairs with a label; any number of labels")},
           {api::Task::sst2, tr("GLUE SST-2: the sentiment of one sentence")},
           {api::Task::mrpc, tr("GLUE MRPC: whether two sentences say the same")},
           {api::Task::rte, tr("GLUE RTE: whether one sentence follows from another")},
           {api::Task::multirc, tr("SuperGLUE MultiRC: whether an answer to a question is right")},
           {api::Task::text, tr("Any text through the encoder, without an answer")},
           {api::Task::seq2seq, tr("Generate from a source, word by word")},
           {api::Task::score, tr("Judge given targets: cross-entropy and perplexity")}};
    for (const auto& [task, tip] : tasks)
        m_task->add(static_cast<int>(task), toText(api::name(task)), tip);
    connect(m_task, &OptionBox::chosen, this, [this] {
        const int value = m_task->value<int>();
        m_run->setTask(value == kAsFile ? std::nullopt : std::optional(static_cast<api::Task>(value)));
    });
}

void RunPanel::refreshTask()
{
    m_task->setValue(m_run->task() ? static_cast<int>(*m_run->task()) : kAsFile);
    const auto& model = m_run->model();
    const auto& dataset = m_run->dataset();
    m_task->setItemText(
        0,
        dataset && !m_run->task() ? tr("as the file says: %1").arg(toText(api::name(dataset->task)))
                                  : tr("as the file says"));
    for (const api::Task task :
         {api::Task::classify, api::Task::sst2, api::Task::mrpc, api::Task::rte, api::Task::multirc})
        m_task->setImpossible(
            static_cast<int>(task),
            model && model->labels == 0 ? tr("The model has no classifier") : QString());
    for (const api::Task task : {api::Task::seq2seq, api::Task::score})
        m_task->setImpossible(
            static_cast<int>(task), model && !model->generates ? tr("The model has no decoder") : QString());
    m_maxNewTokens->setEnabled(dataset && dataset->task == api::Task::seq2seq);
}

void RunPanel::addPolicies()
{
    m_policy = new OptionBox(tr("Policy"));
    m_policy->add(
        api::Policy::sida, toText(api::name(api::Policy::sida)),
        tr("Predict the experts of the next batches and copy them ahead of time"));
    m_policy->add(
        api::Policy::onDemand, toText(api::name(api::Policy::onDemand)),
        tr("Ask the router first, copy an expert when it is missing"));
    m_policy->add(
        api::Policy::resident, toText(api::name(api::Policy::resident)),
        tr("Keep every expert on the device"));
    m_routing = new OptionBox(tr("Routing"));
    m_routing->add(
        api::Routing::exact, toText(api::name(api::Routing::exact)),
        tr("The model's own router; a prediction is only a hint, the outputs do not change"));
    m_routing->add(
        api::Routing::predicted, tr("predicted (lossy)"),
        tr("The predictor decides where a token goes; outputs differ from the model's own"));
    m_eviction = new OptionBox(tr("Eviction"));
    m_eviction->add(
        api::Eviction::lookahead, toText(api::name(api::Eviction::lookahead)),
        tr("Evict the expert whose next predicted use is farthest"));
    m_eviction->add(
        api::Eviction::lru, toText(api::name(api::Eviction::lru)),
        tr("Evict the expert that was not used for longest"));
    m_eviction->add(
        api::Eviction::lfru, toText(api::name(api::Eviction::lfru)),
        tr("Evict the expert that was used least; old uses count less"));
    m_eviction->add(
        api::Eviction::fifo, toText(api::name(api::Eviction::fifo)),
        tr("Evict the expert that was copied first"));
}

QWidget* RunPanel::makeOptions()
{
    addTasks();
    addPolicies();
    m_device = new OptionBox(tr("Device"));
    m_device->add(
        api::DeviceKind::cpu, toText(api::name(api::DeviceKind::cpu)),
        tr("Experts move within host memory; times are of this processor"));
    m_device->add(
        api::DeviceKind::cuda, toText(api::name(api::DeviceKind::cuda)),
        tr("Experts move from host memory to the GPU"));
    m_dtype = new OptionBox(tr("Precision"));
    for (const api::DType type : {api::DType::f32, api::DType::bf16, api::DType::f16})
        m_dtype->add(type, toText(api::name(type)), tr("Type of the weights and of the arithmetic"));
    m_batchSize = makeSpin(1, 4096, tr("Batch size"), tr("Samples a batch"));

    m_options = new QWidget;
    auto* column = new QVBoxLayout(m_options);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* rows = new QWidget;
    auto* form = makeForm(rows);
    addRow(form, tr("Task"), m_task);
    addRow(form, tr("Policy"), m_policy);
    addRow(form, tr("Routing"), m_routing);
    addRow(form, tr("Eviction"), m_eviction);
    addRow(form, tr("Device"), m_device);
    addRow(form, tr("Precision"), m_dtype);
    addRow(form, tr("Batch size"), m_batchSize);
    column->addWidget(rows);
    column->addWidget(makeAdvanced());

    connect(m_policy, &OptionBox::chosen, this, [this] {
        m_run->setPolicyByUser(m_policy->value<api::Policy>());
    });
    for (OptionBox* box : {m_routing, m_eviction, m_device, m_dtype, m_order, m_capacity})
        connect(box, &OptionBox::chosen, this, &RunPanel::applyOptions);
    for (QSpinBox* spin : {m_batchSize, m_topK, m_lookahead, m_maxNewTokens, m_threads, m_repeat, m_seed})
        connect(spin, &QSpinBox::valueChanged, this, &RunPanel::applyOptions);
    for (QSpinBox* spin : {m_maxLength, m_limit})
        connect(spin, &QSpinBox::valueChanged, this, &RunPanel::applyReading);
    connect(m_paperPooling, &QCheckBox::toggled, this, &RunPanel::applyOptions);
    return m_options;
}

void RunPanel::addOrders()
{
    m_order = new OptionBox(tr("Order"));
    m_order->add(
        api::BatchOrder::length, toText(api::name(api::BatchOrder::length)),
        tr("Samples of similar length make a batch"));
    m_order->add(
        api::BatchOrder::dataset, toText(api::name(api::BatchOrder::dataset)),
        tr("As the rows stand in the file"));
    m_order->add(
        api::BatchOrder::affinity, toText(api::name(api::BatchOrder::affinity)),
        tr("Samples that are foretold to use the same experts make a batch, and similar batches follow "
           "each other; needs a predictor"));
    m_capacity = new OptionBox(tr("Expert capacity"));
    m_capacity->add(
        api::ExpertCapacity::off, toText(api::name(api::ExpertCapacity::off)),
        tr("Every token goes to its expert"));
    m_capacity->add(
        api::ExpertCapacity::zero, toText(api::name(api::ExpertCapacity::zero)),
        tr("Tokens beyond an expert's capacity get nothing from the layer"));
    m_capacity->add(
        api::ExpertCapacity::passthrough, toText(api::name(api::ExpertCapacity::passthrough)),
        tr("Tokens beyond an expert's capacity pass through the layer"));
}

void RunPanel::makeSpins()
{
    m_topK = makeSpin(1, 3, tr("Top-k"), tr("Experts predicted for a token and copied ahead, 1 to 3"));
    m_lookahead = makeSpin(1, 64, tr("Lookahead"), tr("Hash tables that may wait ahead of the run, 1 to 64"));
    m_lookahead->setSuffix(tr(" batches"));
    m_threads = makeSpin(
        0, 256, tr("Threads"), tr("Threads of the arithmetic; as many as there are cores by default"));
    m_threads->setSpecialValueText(tr("all cores"));
    m_repeat = makeSpin(1, 1 << 20, tr("Passes"), tr("How often the dataset is run through"));
    m_maxNewTokens
        = makeSpin(1, 65536, tr("New tokens"), tr("Most tokens that task seq2seq generates for a sample"));
    m_maxLength = makeSpin(
        1, 65536, tr("Longest sample"),
        tr("Tokens of a sample; the rest is cut off. Reads the dataset anew"));
    m_maxLength->setSuffix(tr(" tokens"));
    m_limit = makeSpin(
        0, std::numeric_limits<int>::max(), tr("First rows"),
        tr("Only so many rows of the dataset. Reads the dataset anew"));
    m_limit->setSpecialValueText(tr("all rows"));
    m_seed = makeSpin(0, std::numeric_limits<int>::max(), tr("Seed"), tr("Recorded with the run"));
}

QWidget* RunPanel::makeAdvanced()
{
    addOrders();
    makeSpins();
    m_prefetchLimit = new QLineEdit;
    m_prefetchLimit->setAccessibleName(tr("Prefetch limit"));
    m_prefetchLimit->setPlaceholderText(tr("automatic"));
    m_prefetchLimit->setToolTip(
        tr("Most that is copied ahead of its use: 64 MiB, or 25% of the expert slots. Empty: a quarter of "
           "the slots, and at least two layers' experts"));
    m_prefetchProblem = new QLabel;
    m_prefetchProblem->setProperty("role", QStringLiteral("missing"));
    m_prefetchProblem->setWordWrap(true);
    m_prefetchProblem->hide();
    m_paperPooling = new QCheckBox(tr("Classify as the paper did"));

    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_advancedToggle = new QCheckBox(tr("Advanced"));
    m_advancedToggle->setToolTip(tr("Show the options that seldom change"));
    m_advanced = new QWidget;
    auto* form = makeForm(m_advanced);
    addRow(form, tr("Order"), m_order);
    addRow(form, tr("Top-k"), m_topK);
    addRow(form, tr("Lookahead"), m_lookahead);
    addRow(form, tr("Prefetch"), m_prefetchLimit);
    form->addRow(m_prefetchProblem);
    addRow(form, tr("Capacity"), m_capacity);
    addRow(form, tr("Threads"), m_threads);
    addRow(form, tr("Passes"), m_repeat);
    addRow(form, tr("Longest"), m_maxLength);
    addRow(form, tr("Rows"), m_limit);
    addRow(form, tr("New tokens"), m_maxNewTokens);
    addRow(form, tr("Seed"), m_seed);
    form->addRow(m_paperPooling);
    m_advanced->hide();
    connect(m_advancedToggle, &QCheckBox::toggled, m_advanced, &QWidget::setVisible);
    connect(m_prefetchLimit, &QLineEdit::textEdited, this, &RunPanel::takePrefetchLimit);
    // What cannot be read is not kept: the field says again what holds.
    connect(m_prefetchLimit, &QLineEdit::editingFinished, this, [this] {
        m_prefetchProblem->hide();
        refreshAdvanced();
    });
    column->addWidget(m_advancedToggle);
    column->addWidget(m_advanced);
    return holder;
}

/// As typed: what is not a size or a share is told at once and changes nothing.
void RunPanel::takePrefetchLimit(const QString& text)
{
    const QString wanted = text.trimmed();
    units::Budget limit;
    if (!wanted.isEmpty()) {
        const auto parsed = units::parseBudget(wanted.toStdString());
        m_prefetchProblem->setText(parsed ? QString() : toText(parsed.error().message));
        m_prefetchProblem->setVisible(!parsed);
        if (!parsed)
            return;
        limit = *parsed;
    }
    m_prefetchProblem->hide();
    api::RunOptions options = m_run->options();
    options.prefetchLimit = limit;
    m_run->setOptions(options);
}

QWidget* RunPanel::makeFoot()
{
    auto* foot = new QWidget;
    auto* layout = new QVBoxLayout(foot);
    layout->setContentsMargins(16, 8, 16, 12);
    layout->setSpacing(4);
    m_button = new QPushButton;
    m_button->setProperty("primary", true);
    m_button->setMinimumHeight(32);
    m_why = new QLabel;
    m_why->setProperty("role", QStringLiteral("secondary"));
    m_why->setWordWrap(true);
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_phase == RunPhase::idle)
            Q_EMIT startWanted();
        else
            Q_EMIT stopWanted();
    });
    layout->addWidget(m_button);
    layout->addWidget(m_why);
    return foot;
}

void RunPanel::setPhase(RunPhase phase, const QString& reason)
{
    m_phase = phase;
    m_busyReason = reason;
    refresh();
}

void RunPanel::focusDevice()
{
    m_device->setFocus(Qt::OtherFocusReason);
}

void RunPanel::refresh()
{
    refreshCards();
    refreshOptions();
    refreshButton();
}

void RunPanel::refreshCards()
{
    const auto fill = [&](CardButton* card, Part part, QStringList details) {
        const PartStatus status = m_run->status(part);
        const bool told = status.readiness == Readiness::ready;
        card->setHeadline(status.headline);
        card->setDetails(told && !details.isEmpty() ? details : QStringList{status.detail});
        card->setNote(
            told ? QString() : texts::readiness(status.readiness),
            status.readiness == Readiness::missing || status.readiness == Readiness::failed);
        card->setToolTip(
            m_phase == RunPhase::idle ? tr("%1. Click to choose another").arg(status.detail)
                                      : tr("%1. Fixed during a run").arg(status.detail));
        card->setEnabled(m_phase == RunPhase::idle);
    };
    fill(
        m_model, Part::model,
        m_run->model() ? QStringList{
                             tr("%1, %2 each").arg(
                                 texts::experts(*m_run->model()), bytesText(m_run->model()->expertBytes)),
                             texts::weights(*m_run->model())}
                       : QStringList());
    fill(m_dataset, Part::dataset, {});
    fill(m_predictor, Part::predictor, {});
    const bool trainable = m_run->model() && m_run->dataset() && m_phase == RunPhase::idle;
    m_train->setVisible(m_run->status(Part::predictor).readiness != Readiness::ready);
    m_train->setEnabled(trainable);
    m_train->setToolTip(
        trainable                       ? tr("Train a predictor for this model on this dataset")
            : m_phase != RunPhase::idle ? tr("Not while something is running")
                                        : tr("Needs a model and a dataset"));
}

void RunPanel::refreshOptions()
{
    m_filling = true;
    const api::RunOptions& options = m_run->options();
    m_policy->setValue(options.policy);
    m_routing->setValue(options.routing);
    m_eviction->setValue(options.eviction);
    m_device->setValue(options.device);
    m_dtype->setValue(options.dtype);
    m_batchSize->setValue(options.batchSize);
    m_topK->setValue(options.topK);
    m_lookahead->setValue(options.lookahead);
    m_threads->setValue(options.threads);
    m_repeat->setValue(options.repeat);
    m_maxNewTokens->setValue(options.maxNewTokens);
    refreshTask();
    refreshAdvanced();

    const bool predicting = options.policy == api::Policy::sida;
    const bool resident = options.policy == api::Policy::resident;
    m_eviction->setImpossible(
        api::Eviction::lookahead, predicting ? QString() : tr("Only policy sida knows what comes next"));
    m_eviction->setEnabled(!resident);
    m_eviction->setToolTip(resident ? tr("Policy resident evicts nothing") : QString());
    if (const auto& doctor = m_run->doctor()) {
        bool cuda = false;
        for (const api::DeviceInfo& device : doctor->devices)
            cuda = cuda || device.kind == api::DeviceKind::cuda;
        m_device->setImpossible(api::DeviceKind::cuda, cuda ? QString() : tr("No usable GPU was found"));
    }
    m_topK->setEnabled(predicting || options.routing == api::Routing::predicted);
    m_lookahead->setEnabled(predicting);
    m_options->setEnabled(m_phase == RunPhase::idle);
    m_options->setToolTip(m_phase == RunPhase::idle ? QString() : tr("Fixed during a run"));
    m_filling = false;
}

void RunPanel::refreshAdvanced()
{
    const api::RunOptions& options = m_run->options();
    const api::DatasetOptions& reading = m_run->reading();
    m_order->setValue(options.order);
    m_capacity->setValue(options.capacity);
    m_seed->setValue(static_cast<int>(options.seed));
    m_maxLength->setValue(reading.maxLength);
    m_limit->setValue(static_cast<int>(reading.limit));
    m_paperPooling->setChecked(options.paperPooling > 0);
    const bool classifier = m_run->model() && m_run->model()->labels > 0;
    m_paperPooling->setEnabled(classifier);
    m_paperPooling->setToolTip(
        classifier ? tr("Every sample is padded to the longest, and the padding counts like real tokens, as "
                        "in the SiDA-MoE paper's evaluation")
                   : tr("Needs a model with a classifier"));
    const bool prefetching = options.policy == api::Policy::sida;
    m_prefetchLimit->setEnabled(prefetching);
    if (!m_prefetchProblem->isVisibleTo(m_advanced) && !m_prefetchLimit->hasFocus())
        m_prefetchLimit->setText(
            options.prefetchLimit == units::Budget() ? QString()
                                                     : toText(units::formatBudget(options.prefetchLimit)));
}

void RunPanel::refreshButton()
{
    const QString blocker = m_phase == RunPhase::busy ? m_busyReason : m_run->blocker();
    switch (m_phase) {
    case RunPhase::idle:
    case RunPhase::busy:
        m_button->setText(tr("Start run  F5"));
        m_button->setEnabled(m_phase == RunPhase::idle && blocker.isEmpty());
        m_why->setText(blocker);
        break;
    case RunPhase::starting:
    case RunPhase::running:
        m_button->setText(tr("Stop  Shift+F5"));
        m_button->setEnabled(true);
        m_why->clear();
        break;
    case RunPhase::stopping:
        m_button->setText(tr("Stopping..."));
        m_button->setEnabled(false);
        m_why->setText(tr("The batch in progress is finished first"));
        break;
    }
    m_button->setToolTip(m_button->isEnabled() ? QString() : m_why->text());
    m_button->setAccessibleDescription(m_why->text());
    m_why->setVisible(!m_why->text().isEmpty());
}

void RunPanel::applyOptions()
{
    if (m_filling)
        return;
    api::RunOptions options = m_run->options();
    options.routing = m_routing->value<api::Routing>();
    options.eviction = m_eviction->value<api::Eviction>();
    options.device = m_device->value<api::DeviceKind>();
    options.dtype = m_dtype->value<api::DType>();
    options.batchSize = m_batchSize->value();
    options.topK = m_topK->value();
    options.lookahead = m_lookahead->value();
    options.threads = m_threads->value();
    options.repeat = m_repeat->value();
    options.maxNewTokens = m_maxNewTokens->value();
    options.order = m_order->value<api::BatchOrder>();
    options.capacity = m_capacity->value<api::ExpertCapacity>();
    options.seed = static_cast<std::uint64_t>(m_seed->value());
    options.paperPooling = m_paperPooling->isChecked() ? m_run->reading().maxLength : 0;
    m_run->setOptions(options);
}

void RunPanel::applyReading()
{
    if (m_filling)
        return;
    api::DatasetOptions reading = m_run->reading();
    reading.maxLength = m_maxLength->value();
    reading.limit = static_cast<std::uint64_t>(m_limit->value());
    m_run->setReading(reading);
}

} // namespace sida::ui
