// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/engine_host.h"

#include "engine/base/thread.h"

#include <exception>
#include <utility>

namespace sida::ui
{

namespace
{

std::size_t indexOf(Request request)
{
    return static_cast<std::size_t>(request);
}

/// The engine reports failures as values; a library underneath may still throw, and that must not end the
/// program with the user's work in it.
template <typename Call>
auto guarded(Call call) -> decltype(call())
{
    try {
        return call();
    } catch (const std::exception& exception) {
        return failure(ErrorKind::internal, exception.what());
    }
}

} // namespace

EngineHost::EngineHost(std::unique_ptr<api::Engine> engine, Classifier classifier, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_classifier(std::move(classifier))
{
    m_budget = std::make_unique<BudgetThread>(
        *m_engine, [this](Token token, const units::Budget& asked, Result<api::BudgetPlan> answer) {
            m_mailbox.post(
                [this, token, asked, answer = std::move(answer)] { budgetAnswered(token, asked, answer); });
        });
    m_thread = startThread("sida-engine", [this](const std::stop_token&) { work(); });
}

EngineHost::~EngineHost()
{
    m_queue.close();
    m_budget->clear();
    m_thread.join();
    m_budget.reset();
}

void EngineHost::work()
{
    while (auto item = m_queue.pop()) {
        const Request request = item->request;
        m_mailbox.post([this, request] { Q_EMIT began(request); });
        item->work(item->stop.get_token());
        m_queue.finished();
        m_mailbox.post([this, request, token = item->token] {
            if (token == m_latest[indexOf(request)])
                m_open.reset(indexOf(request));
            Q_EMIT ended(request);
        });
    }
    m_mailbox.post([this] { Q_EMIT shutDownFinished(); });
}

Token EngineHost::post(Request request, std::function<void(Token, const std::stop_token&)> work)
{
    const Token token = ++m_lastToken;
    m_latest[indexOf(request)] = token;
    m_open.set(indexOf(request));
    // What is being loaded and no longer wanted need not be finished.
    m_queue.stopCurrent(request);
    m_queue.push({request, token, {}, [token, work = std::move(work)](const std::stop_token& stop) {
                      work(token, stop);
                  }});
    return token;
}

void EngineHost::deliver(Request request, Token token, std::function<void()> function)
{
    m_mailbox.post([this, request, token, function = std::move(function)] {
        if (token == m_latest[indexOf(request)])
            function();
    });
}

template <typename Value>
void EngineHost::answer(
    Request request, Token token, Result<Value> result, void (EngineHost::*signal)(Shared<Value>))
{
    if (!result) {
        deliver(request, token, [this, request, error = std::move(result.error())] {
            Q_EMIT failed(request, error);
        });
        return;
    }
    auto value = std::make_shared<const Value>(std::move(*result));
    deliver(request, token, [this, signal, value] { Q_EMIT(this->*signal)(value); });
}

ProgressSink EngineHost::progressSink(Request request, Token token)
{
    return [this, request, token](const Progress& progress) {
        deliver(request, token, [this, request, progress] { Q_EMIT progressed(request, progress); });
    };
}

Token EngineHost::askDoctor()
{
    return post(Request::doctor, [this](Token token, const std::stop_token& stop) {
        auto result = guarded([&] { return m_engine->doctor(progressSink(Request::doctor, token), stop); });
        answer(Request::doctor, token, std::move(result), &EngineHost::doctorFinished);
    });
}

Token EngineHost::classify(std::vector<std::filesystem::path> paths)
{
    return post(Request::classify, [this, paths = std::move(paths)](Token token, const std::stop_token&) {
        std::vector<ClassifiedPath> classified;
        for (const auto& path : paths) {
            auto kind = guarded([&] { return m_classifier(path); });
            classified.push_back(
                {path, kind ? *kind : api::PathKind::unknown,
                 kind ? QString() : QString::fromStdString(kind.error().message)});
        }
        deliver(Request::classify, token, [this, classified] { Q_EMIT pathsClassified(classified); });
    });
}

Token EngineHost::loadModel(const std::filesystem::path& folder)
{
    return post(Request::model, [this, folder](Token token, const std::stop_token& stop) {
        auto result
            = guarded([&] { return m_engine->loadModel(folder, progressSink(Request::model, token), stop); });
        answer(Request::model, token, std::move(result), &EngineHost::modelLoaded);
    });
}

Token EngineHost::loadDataset(const std::filesystem::path& file, const api::DatasetOptions& options)
{
    return post(Request::dataset, [this, file, options](Token token, const std::stop_token& stop) {
        auto result = guarded([&] {
            return m_engine->loadDataset(file, options, progressSink(Request::dataset, token), stop);
        });
        answer(Request::dataset, token, std::move(result), &EngineHost::datasetLoaded);
    });
}

Token EngineHost::loadPredictor(const std::filesystem::path& file)
{
    return post(Request::predictor, [this, file](Token token, const std::stop_token&) {
        auto result = guarded([&] { return m_engine->loadPredictor(file); });
        answer(Request::predictor, token, std::move(result), &EngineHost::predictorLoaded);
    });
}

Token EngineHost::unloadPredictor()
{
    return post(Request::predictor, [this](Token token, const std::stop_token&) {
        m_engine->unloadPredictor();
        deliver(Request::predictor, token, [this] { Q_EMIT predictorLoaded(nullptr); });
    });
}

Token EngineHost::planBudget(const api::RunOptions& options)
{
    return post(Request::plan, [this, options](Token token, const std::stop_token&) {
        auto result = guarded([&] { return m_engine->planBudget(options); });
        answer(Request::plan, token, std::move(result), &EngineHost::budgetPlanned);
    });
}

Token EngineHost::run(const api::RunOptions& options)
{
    return post(Request::run, [this, options](Token token, const std::stop_token& stop) {
        api::RunObserver observer;
        observer.started = [this, token](const api::RunHeader& header) {
            auto value = std::make_shared<const api::RunHeader>(header);
            deliver(Request::run, token, [this, value] { Q_EMIT runStarted(value); });
        };
        observer.rows = [this, token](std::shared_ptr<const api::RecordingChunk> rows) {
            deliver(Request::run, token, [this, rows = std::move(rows)] { Q_EMIT rowsArrived(rows); });
        };
        observer.progress = progressSink(Request::run, token);
        auto result = guarded([&] { return m_engine->run(options, observer, stop); });
        answer(Request::run, token, std::move(result), &EngineHost::runFinished);
    });
}

Token EngineHost::train(const api::TrainOptions& options)
{
    return post(Request::train, [this, options](Token token, const std::stop_token& stop) {
        const auto epoch = [this, token](const api::TrainEpoch& value) {
            deliver(Request::train, token, [this, value] { Q_EMIT epochFinished(value); });
        };
        auto result = guarded(
            [&] { return m_engine->train(options, progressSink(Request::train, token), epoch, stop); });
        answer(Request::train, token, std::move(result), &EngineHost::trainingFinished);
    });
}

Token EngineHost::evaluate(const api::EvaluateOptions& options)
{
    return post(Request::evaluate, [this, options](Token token, const std::stop_token& stop) {
        auto result = guarded(
            [&] { return m_engine->evaluate(options, progressSink(Request::evaluate, token), stop); });
        answer(Request::evaluate, token, std::move(result), &EngineHost::evaluated);
    });
}

Token EngineHost::saveNotes(const std::filesystem::path& session, std::vector<api::Note> notes)
{
    return post(
        Request::notes, [this, session, notes = std::move(notes)](Token token, const std::stop_token&) {
            const Status saved = guarded([&] { return m_engine->saveNotes(session, notes); });
            if (!saved)
                deliver(Request::notes, token, [this, error = saved.error()] {
                    Q_EMIT failed(Request::notes, error);
                });
        });
}

Token EngineHost::drawCurve(Shared<api::Recording> recording, const api::ReplayOptions& options)
{
    return post(
        Request::curve,
        [this, recording = std::move(recording), options](Token token, const std::stop_token& stop) {
            auto result = guarded([&] { return m_engine->replay(*recording, options, {}, stop); });
            answer(Request::curve, token, std::move(result), &EngineHost::curveDrawn);
        });
}

Token EngineHost::openSession(const std::filesystem::path& file)
{
    return post(Request::session, [this, file](Token token, const std::stop_token& stop) {
        auto result = guarded(
            [&] { return m_engine->openSession(file, progressSink(Request::session, token), stop); });
        deliver(Request::session, token, [this, file, result = std::move(result)] {
            if (result)
                Q_EMIT sessionOpened(*result, QString::fromStdString(file.string()));
            else
                Q_EMIT failed(Request::session, result.error());
        });
    });
}

Token EngineHost::changeBudget(const units::Budget& budget)
{
    m_lastBudget = ++m_lastToken;
    m_budget->ask(m_lastBudget, budget);
    return m_lastBudget;
}

void EngineHost::budgetAnswered(Token token, const units::Budget& asked, Result<api::BudgetPlan> answer)
{
    if (answer)
        Q_EMIT budgetAccepted(std::make_shared<const api::BudgetPlan>(*answer), token == m_lastBudget);
    else if (token == m_lastBudget)
        Q_EMIT budgetRefused(asked, QString::fromStdString(answer.error().message));
}

void EngineHost::stop()
{
    m_budget->clear();
    m_queue.stopAll();
}

void EngineHost::shutDown()
{
    m_budget->clear();
    m_queue.close();
}

} // namespace sida::ui
