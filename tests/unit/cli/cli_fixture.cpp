// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/cli/cli_fixture.h"

#include "app/cli/run_settings.h"
#include "tests/gui/support/scripted_recording.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sida::cli_test
{

namespace fs = std::filesystem;

Result<api::PathKind> FakeInspector::classify(const fs::path& path) const
{
    const auto found = m_script->kinds.find(path.string());
    return found == m_script->kinds.end() ? api::PathKind::unknown : found->second;
}

Result<api::ModelInfo> FakeInspector::model(const fs::path& folder) const
{
    api::ModelInfo model = m_script->model;
    model.path = folder;
    return model;
}

Result<api::DatasetInfo> FakeInspector::dataset(const fs::path& file) const
{
    api::DatasetInfo dataset = m_script->dataset;
    dataset.path = file;
    return dataset;
}

Result<api::PredictorInfo> FakeInspector::predictor(const fs::path& file) const
{
    api::PredictorInfo predictor = m_script->predictor;
    predictor.path = file;
    return predictor;
}

Result<api::BudgetPlan> FakeInspector::plan(
    const cli::RunSettings&, const cli::RunPlan& plan, const ProgressSink&, const std::stop_token&) const
{
    return gui_test::FakeEngine(m_script).planBudget(plan.run);
}

Result<api::RunResult>
AnsweringEngine::run(const api::RunOptions& options, const api::RunObserver& observer, std::stop_token stop)
{
    Result<api::RunResult> result = FakeEngine::run(options, observer, stop);
    if (!result || !observer.outputs)
        return result;
    std::vector<api::SampleOutput> outputs;
    for (const api::SampleRow& row : result->recording->rows.samples)
        outputs.push_back({row.index, row.label, {0.25F, -1.5F}, {}, 0});
    const Status passed = observer.outputs(std::move(outputs));
    return passed ? std::move(result) : failure(passed.error());
}

CliTest::CliTest()
{
    std::string pattern = (fs::temp_directory_path() / "sida-cli-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
    fs::create_directory(m_folder / "model");
    write("model/config.json", "{}");
    write("model/model.safetensors", "weights");
    write("data.tsv", "sentence\tlabel\nfine\t1\n");
    writeKind("predictor.safetensors", api::PathKind::predictor);
    m_script->kinds[path("model")] = api::PathKind::model;
    m_script->kinds[path("data.tsv")] = api::PathKind::dataset;
    test::RecordingScript script;
    script.batches = 5;
    script.budgetChangeAt = -1;
    m_script->recording = test::scriptedRecording(script);
    m_script->model.architecture = "switch_transformers encoder classifier";
    m_script->model.labels = 2;
    m_script->dataset.task = api::Task::classify;
    m_script->dataset.samples = m_script->recording->rows.samples.size();
}

CliTest::~CliTest()
{
    fs::remove_all(m_folder);
}

int CliTest::sida(std::vector<std::string> arguments)
{
    FakeInspector inspector(m_script);
    std::ostringstream out;
    std::ostringstream err;
    cli::Context context{
        [this] { return std::make_unique<AnsweringEngine>(m_script); },
        inspector,
        out,
        err,
        m_terminal,
        m_stop.get_token()};
    const int status = cli::runCommandLine(std::move(arguments), context);
    m_out = out.str();
    m_err = err.str();
    return status;
}

int CliTest::sidaRun(std::vector<std::string> more)
{
    more.insert(more.begin(), {"run", "--model", path("model"), "--dataset", path("data.tsv")});
    return sida(std::move(more));
}

std::string CliTest::write(const std::string& name, const std::string& content) const
{
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
}

std::string CliTest::read(const std::string& name) const
{
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string CliTest::writeKind(const std::string& name, api::PathKind kind)
{
    m_script->kinds[path(name)] = kind;
    return write(name, "content of " + name);
}

} // namespace sida::cli_test
