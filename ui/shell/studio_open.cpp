// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/text.h"
#include "ui/shell/studio.h"

#include <QFileInfo>
#include <utility>

/// What is opened: models, datasets, predictors, sessions and the demo.
namespace sida::ui
{

void Studio::connectLoads()
{
    connect(m_host, &EngineHost::doctorFinished, &m_run, &NextRun::setDoctor);
    connect(m_host, &EngineHost::pathsClassified, this, &Studio::onClassified);
    connect(m_host, &EngineHost::modelLoaded, this, [this](const Shared<api::ModelInfo>& model) {
        m_run.setModel(model);
        // Lengths in tokens are the model's: a dataset that was read before is read again.
        if (m_run.dataset())
            load(Part::dataset, pathText(m_run.dataset()->path));
        loadWaiting();
        plan();
    });
    connect(m_host, &EngineHost::datasetLoaded, this, [this](const Shared<api::DatasetInfo>& dataset) {
        m_run.setDataset(dataset);
        plan();
    });
    connect(&m_run, &NextRun::readingChanged, this, [this] {
        if (m_run.dataset() && !refuseWhileBusy())
            load(Part::dataset, pathText(m_run.dataset()->path));
    });
    connect(m_host, &EngineHost::predictorLoaded, this, [this](const Shared<api::PredictorInfo>& predictor) {
        m_run.setPredictor(predictor);
        plan();
    });
    connect(m_host, &EngineHost::budgetPlanned, this, [this](const Shared<api::BudgetPlan>& plan) {
        if (!m_refusedBudget)
            return m_run.setPlan(plan);
        // What the limits are, and the budget that is outside of them.
        auto refused = std::make_shared<api::BudgetPlan>(*plan);
        refused->budgetBytes = m_refusedBudget->resolve(plan->residentBytes);
        m_run.setPlan(refused);
    });
    connect(m_host, &EngineHost::sessionOpened, this, &Studio::onSessionOpened);
}

void Studio::open(const QStringList& paths)
{
    if (paths.isEmpty() || refuseWhileBusy())
        return;
    std::vector<std::filesystem::path> asked;
    for (const QString& path : paths)
        asked.push_back(toPath(QFileInfo(path).absoluteFilePath()));
    m_host->classify(std::move(asked));
    updateActivity();
}

void Studio::onClassified(const std::vector<ClassifiedPath>& paths)
{
    // The model first: datasets are counted in its tokens, predictors belong to one model.
    const auto openAll = [&](api::PathKind kind, void (Studio::*openOne)(const QString&)) {
        for (const ClassifiedPath& path : paths)
            if (path.kind == kind)
                (this->*openOne)(pathText(path.path));
    };
    openAll(api::PathKind::model, &Studio::openModel);
    openAll(api::PathKind::dataset, &Studio::openDataset);
    openAll(api::PathKind::predictor, &Studio::openPredictor);
    openAll(api::PathKind::session, &Studio::openSession);
    for (const ClassifiedPath& path : paths)
        if (path.kind == api::PathKind::unknown)
            Q_EMIT problem(
                {Request::classify,
                 path.problem.isEmpty()
                     ? tr("%1 is neither a model folder, a dataset, a predictor nor a session")
                           .arg(pathText(path.path))
                     : path.problem});
}

void Studio::load(Part part, const QString& path)
{
    m_run.setLoading(part, true);
    if (part == Part::model)
        m_host->loadModel(toPath(path));
    else if (part == Part::dataset)
        loadDataset(path);
    else
        m_host->loadPredictor(toPath(path));
    updateActivity();
}

void Studio::loadDataset(const QString& path)
{
    m_host->loadDataset(toPath(path), m_run.reading());
}

void Studio::openModel(const QString& folder)
{
    if (!refuseWhileBusy())
        load(Part::model, folder);
}

void Studio::openDataset(const QString& file)
{
    openWithModel(Part::dataset, file, m_waitingDataset);
}

void Studio::openPredictor(const QString& file)
{
    openWithModel(Part::predictor, file, m_waitingPredictor);
}

/// The model's tokenizer counts a dataset, and its layers fit a predictor: without one they wait for it.
void Studio::openWithModel(Part part, const QString& file, QString& waiting)
{
    if (refuseWhileBusy())
        return;
    const bool ready = m_run.model() || m_host->isOpen(Request::model);
    waiting = ready ? QString() : file;
    m_run.setWaiting(part, QFileInfo(waiting).fileName());
    if (ready)
        load(part, file);
}

void Studio::loadWaiting()
{
    const QString dataset = std::exchange(m_waitingDataset, {});
    const QString predictor = std::exchange(m_waitingPredictor, {});
    m_run.setWaiting(Part::dataset, {});
    m_run.setWaiting(Part::predictor, {});
    if (!dataset.isEmpty())
        load(Part::dataset, dataset);
    if (!predictor.isEmpty())
        load(Part::predictor, predictor);
}

void Studio::openSession(const QString& file)
{
    if (refuseWhileBusy())
        return;
    m_host->openSession(toPath(file));
    updateActivity();
}

void Studio::runDemo(const DemoFiles& demo)
{
    if (!demo.complete() || refuseWhileBusy())
        return;
    m_startWhenLoaded = true;
    openModel(demo.model);
    openDataset(demo.dataset);
    openPredictor(demo.predictor);
    m_run.setPolicyByUser(api::Policy::sida);
    m_run.setBudget(units::Budget::ofShare(0.3));
    api::RunOptions options = m_run.options();
    options.repeat = demo.passes;
    m_run.setOptions(options);
}

void Studio::onSessionOpened(const Shared<api::Recording>& recording, const QString& path)
{
    m_recording.setRecording(recording);
    m_axis.setFollowLive(false);
    m_axis.fitAll();
    m_accumulator.reset();
    m_figures = api::computeFigures(*recording);
    m_state = recording->state;
    m_sessionPath = path;
    remember(path, *recording);
    if (m_state == api::RecordingState::recovered)
        Q_EMIT notice(
            tr("%1 was not closed properly: %2 batches were recovered, the last second may be missing")
                .arg(QFileInfo(path).fileName(), countText(recording->rows.batches.size())));
    else if (m_state == api::RecordingState::failed)
        Q_EMIT notice(tr("This run failed: %1").arg(toText(recording->failure)));
    Q_EMIT recordingChanged();
    Q_EMIT figuresChanged();
}

} // namespace sida::ui
