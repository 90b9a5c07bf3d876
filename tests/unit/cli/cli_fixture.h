// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command_line.h"
#include "tests/gui/support/fake_engine.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <sstream>
#include <string>

namespace sida::cli_test
{

/// Tells kinds from a table; a model, dataset or predictor is the script's.
class FakeInspector final : public cli::Inspector
{
public:
    explicit FakeInspector(std::shared_ptr<gui_test::FakeScript> script)
        : m_script(std::move(script))
    {
    }
    Result<api::PathKind> classify(const std::filesystem::path& path) const override;
    Result<api::ModelInfo> model(const std::filesystem::path& folder) const override;
    Result<api::DatasetInfo> dataset(const std::filesystem::path& file) const override;
    Result<api::PredictorInfo> predictor(const std::filesystem::path& file) const override;
    /// The script's budget, for the options that were given.
    Result<api::BudgetPlan> plan(
        const cli::RunSettings& settings, const cli::RunPlan& plan, const ProgressSink& progress,
        const std::stop_token& stop) const override;

private:
    std::shared_ptr<gui_test::FakeScript> m_script;
};

/// The scripted engine, with answers for each sample of a run.
class AnsweringEngine final : public gui_test::FakeEngine
{
public:
    using FakeEngine::FakeEngine;
    Result<api::RunResult>
    run(const api::RunOptions& options, const api::RunObserver& observer, std::stop_token stop) override;
};

/// A folder with a model, a dataset, a predictor and a session, and a command line that works on a scripted
/// engine.
class CliTest : public ::testing::Test
{
protected:
    CliTest();
    ~CliTest() override;

    /// Runs one command line; `out` and `err` hold what it said.
    int sida(std::vector<std::string> arguments);
    /// `sida run` on the folder's model and dataset.
    int sidaRun(std::vector<std::string> more = {});
    std::string path(const std::string& name) const { return (m_folder / name).string(); }
    std::string write(const std::string& name, const std::string& content) const;
    std::string read(const std::string& name) const;
    /// A file that the inspector takes for this kind.
    std::string writeKind(const std::string& name, api::PathKind kind);

    std::shared_ptr<gui_test::FakeScript> m_script = std::make_shared<gui_test::FakeScript>();
    std::stop_source m_stop;
    bool m_terminal = false;
    std::string m_out;
    std::string m_err;

private:
    std::filesystem::path m_folder;
};

} // namespace sida::cli_test
