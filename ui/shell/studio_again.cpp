// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/text.h"
#include "ui/shell/studio.h"

#include <QFileInfo>

#include <charconv>

namespace sida::ui
{

namespace
{

std::string factOf(const api::RunHeader& header, std::string_view key)
{
    for (const auto& [name, value] : header.provenance)
        if (name == key)
            return value;
    return {};
}

template <typename Number>
void readNumber(const api::RunHeader& header, std::string_view key, Number& number)
{
    const std::string text = factOf(header, key);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && !text.empty())
        number = value;
}

template <typename Value, typename Parse>
void readValue(const api::RunHeader& header, std::string_view key, Value& value, const Parse& parse)
{
    if (auto parsed = parse(factOf(header, key)))
        value = *parsed;
}

/// As docs/session-format.md names them; what a session does not tell stays as it is.
api::RunOptions optionsOf(const api::RunHeader& header, api::RunOptions options)
{
    options.policy = header.policy;
    options.routing = header.routing;
    options.eviction = header.eviction;
    options.device = header.device;
    options.dtype = header.dtype;
    options.batchSize = header.batchSize;
    options.topK = header.topK;
    options.lookahead = header.lookahead;
    options.budget = {};
    options.prefetchLimit = {};
    readValue(header, "budget", options.budget, units::parseBudget);
    readValue(header, "prefetch_limit", options.prefetchLimit, units::parseBudget);
    readValue(header, "expert_capacity", options.capacity, api::parseExpertCapacity);
    readValue(header, "order", options.order, api::parseBatchOrder);
    readNumber(header, "max_new_tokens", options.maxNewTokens);
    options.paperPooling = 0;
    readNumber(header, "paper_pooling", options.paperPooling);
    readNumber(header, "threads", options.threads);
    readNumber(header, "repeat", options.repeat);
    readNumber(header, "seed", options.seed);
    return options;
}

} // namespace

void Studio::runAgain(const api::RunHeader& header)
{
    if (refuseWhileBusy())
        return;
    const QString model = toText(factOf(header, "model_path"));
    const QString dataset = toText(factOf(header, "dataset_path"));
    const QString predictor = toText(factOf(header, "predictor_path"));
    for (const QString& path : {model, dataset, predictor}) {
        if (path.isEmpty() || QFileInfo::exists(path))
            continue;
        Q_EMIT problem({Request::classify, tr("The run cannot be repeated: %1 is not there").arg(path)});
        return;
    }
    if (model.isEmpty() || dataset.isEmpty()) {
        Q_EMIT problem(
            {Request::classify, tr("The session does not tell which model and data it was made of")});
        return;
    }
    m_startWhenLoaded = true;
    std::optional<api::Task> task;
    if (const auto told = api::parseTask(factOf(header, "dataset_task")))
        task = *told;
    m_run.setTask(task);
    openModel(model);
    openDataset(dataset);
    if (!predictor.isEmpty())
        openPredictor(predictor);
    m_run.setPolicyByUser(header.policy);
    const api::RunOptions options = optionsOf(header, m_run.options());
    m_run.setBudget(options.budget);
    m_run.setOptions(options);
}

} // namespace sida::ui
