// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/next_run.h"

#include "ui/host/text.h"
#include "ui/run/part_texts.h"

#include <algorithm>

namespace sida::ui
{

namespace
{

std::size_t indexOf(Part part)
{
    return static_cast<std::size_t>(part);
}

bool sameOptions(const api::RunOptions& a, const api::RunOptions& b)
{
    return a.policy == b.policy && a.routing == b.routing && a.eviction == b.eviction && a.topK == b.topK
        && a.lookahead == b.lookahead && a.budget == b.budget && a.device == b.device && a.dtype == b.dtype
        && a.maxNewTokens == b.maxNewTokens && a.threads == b.threads && a.batchSize == b.batchSize
        && a.repeat == b.repeat && a.order == b.order && a.prefetchLimit == b.prefetchLimit
        && a.capacity == b.capacity && a.paperPooling == b.paperPooling && a.seed == b.seed;
}

} // namespace

NextRun::NextRun(QObject* parent)
    : QObject(parent)
{
    m_options.policy = api::Policy::onDemand;
    m_options.eviction = api::Eviction::lru;
    m_options.budget = units::Budget::ofShare(0.3);
}

void NextRun::setModel(std::shared_ptr<const api::ModelInfo> model)
{
    m_model = std::move(model);
    m_failures[indexOf(Part::model)].clear();
    m_plan.reset();
    fitOptions();
    Q_EMIT changed();
}

void NextRun::setDataset(std::shared_ptr<const api::DatasetInfo> dataset)
{
    m_dataset = std::move(dataset);
    m_failures[indexOf(Part::dataset)].clear();
    Q_EMIT changed();
}

void NextRun::setPredictor(std::shared_ptr<const api::PredictorInfo> predictor)
{
    m_predictor = std::move(predictor);
    m_failures[indexOf(Part::predictor)].clear();
    fitOptions();
    Q_EMIT changed();
}

void NextRun::setDoctor(std::shared_ptr<const api::DoctorReport> doctor)
{
    m_doctor = std::move(doctor);
    Q_EMIT changed();
}

void NextRun::setPlan(std::shared_ptr<const api::BudgetPlan> plan)
{
    m_plan = std::move(plan);
    m_failures[indexOf(Part::budget)].clear();
    // The share we start from is a guess; with a model that has few experts it may be less than anything
    // works with.
    if (m_plan && !m_budgetChosen && m_plan->budgetBytes < m_plan->smallestBytes) {
        m_options.budget = units::Budget::ofBytes(m_plan->smallestBytes);
        Q_EMIT optionsChanged();
    }
    Q_EMIT changed();
}

void NextRun::setLoading(Part part, bool loading)
{
    m_loading[indexOf(part)] = loading;
    if (loading)
        m_failures[indexOf(part)].clear();
    Q_EMIT changed();
}

void NextRun::setWaiting(Part part, const QString& name)
{
    m_waiting[indexOf(part)] = name;
    Q_EMIT changed();
}

void NextRun::setFailure(Part part, const QString& reason)
{
    m_failures[indexOf(part)] = reason;
    Q_EMIT changed();
}

void NextRun::setOptions(const api::RunOptions& options)
{
    if (sameOptions(options, m_options))
        return;
    m_options = options;
    fitOptions();
    Q_EMIT optionsChanged();
    Q_EMIT changed();
}

void NextRun::setPolicyByUser(api::Policy policy)
{
    m_policyChosen = true;
    api::RunOptions options = m_options;
    options.policy = policy;
    options.eviction = policy == api::Policy::sida ? api::Eviction::lookahead : api::Eviction::lru;
    setOptions(options);
}

void NextRun::setTask(std::optional<api::Task> task)
{
    api::DatasetOptions reading = m_reading;
    reading.task = task;
    setReading(reading);
}

void NextRun::setReading(const api::DatasetOptions& reading)
{
    if (reading.task == m_reading.task && reading.maxLength == m_reading.maxLength
        && reading.limit == m_reading.limit)
        return;
    m_reading = reading;
    if (m_options.paperPooling > 0)
        m_options.paperPooling = m_reading.maxLength; // what the padding is filled up to
    Q_EMIT readingChanged();
    Q_EMIT changed();
}

void NextRun::setBudget(const units::Budget& budget)
{
    m_budgetChosen = true;
    api::RunOptions options = m_options;
    options.budget = budget;
    setOptions(options);
}

/// Keeps the combination of options possible: what needs a predictor goes with it.
void NextRun::fitOptions()
{
    const api::RunOptions before = m_options;
    if (!m_policyChosen) {
        const bool usable = m_predictor && predictorFits();
        m_options.policy = usable ? api::Policy::sida : api::Policy::onDemand;
        m_options.eviction = usable ? api::Eviction::lookahead : api::Eviction::lru;
    }
    if (m_options.policy != api::Policy::sida && m_options.eviction == api::Eviction::lookahead)
        m_options.eviction = api::Eviction::lru;
    if (!sameOptions(before, m_options))
        Q_EMIT optionsChanged();
}

const api::DeviceInfo* NextRun::device() const
{
    if (!m_doctor)
        return nullptr;
    const auto found = std::ranges::find(m_doctor->devices, m_options.device, &api::DeviceInfo::kind);
    return found == m_doctor->devices.end() ? nullptr : &*found;
}

bool NextRun::needsPredictor() const
{
    return m_options.policy == api::Policy::sida || m_options.routing == api::Routing::predicted
        || m_options.order == api::BatchOrder::affinity;
}

bool NextRun::predictorFits() const
{
    return !m_predictor || !m_model || m_predictor->modelIdentity.empty()
        || m_predictor->modelIdentity == m_model->identity;
}

PartStatus NextRun::status(Part part) const
{
    PartStatus status = loadedStatus(part);
    if (!m_waiting[indexOf(part)].isEmpty())
        return {Readiness::waiting, m_waiting[indexOf(part)], tr("Read as soon as there is a model")};
    if (m_loading[indexOf(part)])
        status.readiness = Readiness::loading;
    else if (!m_failures[indexOf(part)].isEmpty()) {
        // A failed call changes nothing: what was loaded before is still there, and the banner tells the
        // reason.
        if (status.readiness != Readiness::ready)
            status = {Readiness::failed, tr("Could not be loaded"), m_failures[indexOf(part)]};
    }
    return status;
}

PartStatus NextRun::loadedStatus(Part part) const
{
    switch (part) {
    case Part::model:
        return modelStatus();
    case Part::dataset:
        return datasetStatus();
    case Part::predictor:
        return predictorStatus();
    case Part::device:
        return deviceStatus();
    case Part::budget:
        break;
    }
    return budgetStatus();
}

PartStatus NextRun::modelStatus() const
{
    if (!m_model)
        return {Readiness::missing, tr("None chosen"), tr("A folder with config.json and weights")};
    return {
        Readiness::ready, toText(m_model->name),
        tr("%1, %2").arg(texts::experts(*m_model), texts::weights(*m_model))};
}

PartStatus NextRun::datasetStatus() const
{
    if (!m_dataset)
        return {
            Readiness::missing, tr("None chosen"),
            m_model && m_model->labels > 0 ? tr("The classifier needs text and, for accuracy, a label column")
                                           : tr("GLUE or SuperGLUE files, CSV, TSV, JSON Lines or text")};
    const QString rows = texts::rows(*m_dataset);
    return {
        Readiness::ready, toText(m_dataset->name),
        m_dataset->labelled ? rows : tr("%1; no labels, so no accuracy").arg(rows)};
}

PartStatus NextRun::predictorStatus() const
{
    const Readiness without = needsPredictor() ? Readiness::missing : Readiness::optional;
    if (!m_predictor)
        return {
            without, tr("None chosen"),
            m_options.routing == api::Routing::predicted
                ? tr("Predicted routing needs one; train it or choose it")
                : tr("Policy sida needs one; train it or choose it")};
    const QString file = pathText(m_predictor->path.filename());
    if (!predictorFits())
        return {without, file, tr("It was trained for another model; train or choose one for this")};
    return {
        Readiness::ready, tr("%1, %2").arg(toText(m_predictor->kind), file), texts::quality(*m_predictor)};
}

PartStatus NextRun::deviceStatus() const
{
    if (const api::DeviceInfo* found = device())
        return {Readiness::ready, texts::device(*found), texts::deviceMemory(*found)};
    const QString kind = toText(api::name(m_options.device));
    if (m_doctor)
        return {Readiness::missing, kind, tr("This machine has none; choose another")};
    return {Readiness::ready, kind, tr("Not measured yet")};
}

PartStatus NextRun::budgetStatus() const
{
    if (m_options.policy == api::Policy::resident)
        return {
            Readiness::ready, tr("Everything resident"),
            m_plan ? tr("Policy resident keeps every expert on the device, %1")
                         .arg(bytesText(m_plan->residentBytes))
                   : tr("Policy resident keeps every expert on the device")};
    if (!m_plan)
        return {
            Readiness::optional, toText(units::formatBudget(m_options.budget)),
            tr("Its limits are known when a model is loaded")};
    if (m_plan->budgetBytes < m_plan->smallestBytes)
        return {
            Readiness::missing, tr("%1 is too small").arg(bytesText(m_plan->budgetBytes)),
            texts::budgetLimits(*m_plan)};
    return {Readiness::ready, texts::budget(*m_plan), texts::budgetLimits(*m_plan)};
}

std::optional<Part> NextRun::nextStep() const
{
    for (const Part part : {Part::model, Part::dataset, Part::predictor, Part::device, Part::budget}) {
        const Readiness readiness = status(part).readiness;
        if (readiness == Readiness::loading)
            return std::nullopt;
        if (readiness == Readiness::missing || readiness == Readiness::failed)
            return part;
    }
    return std::nullopt;
}

QString NextRun::blocker() const
{
    for (const Part part : {Part::model, Part::dataset, Part::predictor, Part::device, Part::budget}) {
        const Readiness readiness = status(part).readiness;
        if (readiness == Readiness::loading)
            return tr("%1 is being loaded").arg(texts::partName(part));
        if (readiness != Readiness::missing && readiness != Readiness::failed)
            continue;
        switch (part) {
        case Part::model:
            return tr("Choose a model to start");
        case Part::dataset:
            return tr("Choose a dataset to start");
        case Part::predictor:
            return tr("Choose or train a predictor, or another policy");
        case Part::device:
            return tr("Choose a device this machine has");
        case Part::budget:
            return tr("Raise the budget to at least %1")
                .arg(m_plan ? bytesText(m_plan->smallestBytes) : QString());
        }
    }
    return {};
}

} // namespace sida::ui
