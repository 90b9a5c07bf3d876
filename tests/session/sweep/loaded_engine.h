// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/create_engine.h"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace sida::test
{

/// The real engine with model, data and predictor loaded; what fails throws its message.
class LoadedEngine
{
public:
    void loadModel(const std::filesystem::path& folder)
    {
        m_model = must(m_engine->loadModel(folder, {}, {}));
    }
    void loadDataset(const std::filesystem::path& file, std::uint64_t limit = 0)
    {
        api::DatasetOptions options;
        options.limit = limit;
        m_data = must(m_engine->loadDataset(file, options, {}, {}));
    }
    void loadPredictor(const std::filesystem::path& file) { must(m_engine->loadPredictor(file)); }
    api::RunResult run(const api::RunOptions& options) { return must(m_engine->run(options, {}, {})); }
    api::BudgetPlan plan(api::RunOptions options)
    {
        options.budget = {};
        return must(m_engine->planBudget(options));
    }
    const api::ModelInfo& model() const { return m_model; }
    const api::DatasetInfo& data() const { return m_data; }

private:
    template <typename T>
    static T must(Result<T> result)
    {
        if (!result)
            throw std::runtime_error(result.error().message);
        return std::move(*result);
    }

    std::unique_ptr<api::Engine> m_engine = runtime::createEngine();
    api::ModelInfo m_model;
    api::DatasetInfo m_data;
};

} // namespace sida::test
