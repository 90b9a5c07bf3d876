// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"

#include <QTest>

namespace sida::gui_test
{

namespace
{

/// Hit rate and throughput that rise with the budget and bend.
api::ReplayResult scriptedReplay(const api::Recording& recording)
{
    const api::RunHeader& header = recording.header;
    const api::Figures figures = api::computeFigures(recording);
    api::ReplayResult replay;
    replay.recordedConfiguration = {header.policy, header.eviction, false};
    replay.residentBytes = header.residentBytes;
    replay.smallestBytes = header.smallestBytes;
    replay.slotBytes = header.expertBytes;
    replay.recorded.budgetBytes = figures.budgetBytes;
    replay.recorded.uses = figures.uses;
    replay.recorded.hits = figures.outcomes[static_cast<std::size_t>(api::Outcome::hit)];
    replay.recorded.samplesPerSecond = figures.samplesPerSecond;
    api::ReplayCurve curve;
    curve.configuration = replay.recordedConfiguration;
    for (int tenth = 0; tenth <= 10; ++tenth) {
        api::ReplayPoint point;
        point.budgetBytes = header.smallestBytes
            + (header.residentBytes - header.smallestBytes) / 10 * static_cast<std::uint64_t>(tenth);
        if (tenth == 10)
            point.budgetBytes = header.residentBytes;
        point.uses = 1000;
        point.hits = static_cast<std::uint64_t>(1000 - 6 * (10 - tenth) * (10 - tenth));
        point.samplesPerSecond
            = figures.samplesPerSecond * (0.5 + 0.7 * static_cast<double>(point.hits) / 1000);
        curve.points.push_back(point);
    }
    curve.knee = 5;
    replay.curves.push_back(std::move(curve));
    return replay;
}

} // namespace

std::shared_ptr<FakeScript> makeScript(const test::RecordingScript& recording)
{
    auto script = std::make_shared<FakeScript>();
    script->recording = test::scriptedRecording(recording);
    const api::RunHeader& header = script->recording->header;

    api::ModelInfo& model = script->model;
    model.name = "switch-base-64";
    model.identity = "abc";
    model.labels = 2;
    model.hasTokenizer = true;
    for (std::size_t i = 0; i < header.moeLayers.size(); ++i)
        model.moeLayers.push_back({header.moeLayers[i], header.expertsPerLayer[i]});
    model.expertBytes = header.expertBytes;
    for (const int experts : header.expertsPerLayer)
        model.expertCount += experts;
    model.denseBytes
        = header.residentBytes - static_cast<std::uint64_t>(model.expertCount) * model.expertBytes;

    script->dataset.name = "SST-2 validation";
    script->dataset.samples = 872;
    script->dataset.tokens = 22060;
    script->dataset.longest = 66;
    script->dataset.labelled = true;
    script->predictor.kind = "shadow";
    script->predictor.modelIdentity = "abc";
    script->predictor.heldOutTop1 = 0.871;
    script->predictor.heldOutTop3 = 0.946;
    script->doctor.devices.push_back(
        {api::DeviceKind::cpu, "8 cores", 64 * units::kGiB, 41 * units::kGiB, 11.2e9});
    for (int epoch = 1; epoch <= 8; ++epoch)
        script->epochs.push_back({epoch, 2.4 / epoch, 0.9 - 0.5 / epoch, 0.97 - 0.3 / epoch, 1.5});
    const auto guess = [&](const char* name, bool guessed, double top1, double top3, std::uint64_t misses) {
        api::GuessFigures row;
        row.name = name;
        row.guessed = guessed;
        row.top1 = top1;
        row.top3 = top3;
        row.precision = top1;
        row.recall = top3;
        row.uses = 10'000;
        row.misses = misses;
        row.prefetchedBytes = guessed ? 9000 * header.expertBytes : 0;
        row.wastedBytes = guessed ? static_cast<std::uint64_t>((1 - top1) * 9000) * header.expertBytes : 0;
        script->evaluation.rows.push_back(std::move(row));
    };
    script->replay = scriptedReplay(*script->recording);
    guess("no prediction", false, 0, 0, 7210);
    guess("chance", true, 0.016, 0.047, 7190);
    guess("same token", true, 0.52, 0.66, 3900);
    guess("shadow", true, 0.871, 0.946, 1120);
    guess("oracle", true, 1, 1, 310);
    return script;
}

WindowUnderTest::WindowUnderTest(std::shared_ptr<FakeScript> script)
    : m_settings(m_folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat)
    , m_script(std::move(script))
{
    m_settings.setValue(QStringLiteral("hints"), false);
    makeWindow();
}

void WindowUnderTest::makeWindow()
{
    ui::MainWindow::Setup setup;
    setup.engine = std::make_unique<FakeEngine>(m_script);
    setup.classifier
        = [script = m_script](const std::filesystem::path& path) { return fakeKind(*script, path); };
    setup.settings = &m_settings;
    setup.sessionsFolder = m_folder.filePath(QStringLiteral("sessions"));
    setup.predictorsFolder = m_folder.filePath(QStringLiteral("predictors"));
    setup.demo
        = {file(QStringLiteral("demo/model"), api::PathKind::model),
           file(QStringLiteral("demo/dev.tsv"), api::PathKind::dataset),
           file(QStringLiteral("demo/predictor.safetensors"), api::PathKind::predictor)};
    // Any path is the scripted session; a report is a page that says the names.
    setup.functions.open
        = [script = m_script](
              const std::filesystem::path&, const ProgressSink&,
              std::stop_token) -> Result<std::shared_ptr<const api::Recording>> { return script->recording; };
    setup.functions.replay = [](const api::Recording& recording, const api::ReplayOptions&,
                                const ProgressSink&, const std::stop_token&) -> Result<api::ReplayResult> {
        api::ReplayResult result;
        result.residentBytes = recording.header.residentBytes;
        result.curves.push_back({{api::Policy::onDemand, api::Eviction::lru, false}, {{}, {}, {}}, 1});
        return result;
    };
    setup.functions.report = [](std::span<const api::NamedRecording> runs) -> Result<std::string> {
        std::string names;
        for (const api::NamedRecording& run : runs)
            names += "<p class=\"text\">" + run.name + "</p>";
        return "<title>Report</title><main><section>" + names + "</section></main>";
    };
    setup.functions.saveCopy = [](const std::filesystem::path& from, const std::filesystem::path& to,
                                  const ProgressSink&, std::stop_token) -> Status {
        std::error_code error;
        std::filesystem::copy_file(from, to, error);
        return error ? Status(failure(ErrorKind::io, error.message())) : Status();
    };
    m_window = std::make_unique<ui::MainWindow>(std::move(setup));
    m_window->show();
}

void WindowUnderTest::reopen()
{
    m_window->close();
    until([this] { return !m_window->isVisible(); });
    m_window.reset();
    makeWindow();
}

QString WindowUnderTest::file(const QString& name, api::PathKind kind)
{
    const QString path = m_folder.filePath(name);
    m_script->kinds[path.toStdString()] = kind;
    return path;
}

void WindowUnderTest::loadAll()
{
    studio().open(
        {file(QStringLiteral("model"), api::PathKind::model),
         file(QStringLiteral("dev.tsv"), api::PathKind::dataset),
         file(QStringLiteral("predictor.safetensors"), api::PathKind::predictor)});
    until([this] {
        const ui::NextRun& run = studio().nextRun();
        return run.model() && run.dataset() && run.predictor() && run.plan() && studio().host().isIdle();
    });
}

void WindowUnderTest::startAndWait()
{
    studio().start();
    until([this] { return !studio().recording().rows().batches.empty(); });
}

bool WindowUnderTest::until(const std::function<bool()>& condition)
{
    return QTest::qWaitFor(condition, 20000);
}

bool WindowUnderTest::untilIdle()
{
    return until([this] { return studio().activity() == ui::Activity::idle && studio().host().isIdle(); });
}

} // namespace sida::gui_test
