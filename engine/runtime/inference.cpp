// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The inference thread's half of Run: batch after batch, layer after layer.
#include "engine/base/thread.h"
#include "engine/runtime/answers.h"
#include "engine/runtime/run.h"

#include <algorithm>

namespace sida::runtime
{

namespace
{

/// Sums of so many batches go into one row of calibration: small beside the rest of a session, and still
/// new every moment.
constexpr std::uint32_t kBatchesOfCalibration = 16;

/// What a predictor whose weights are not numbers says is no confidence at all.
double confidence(float alpha)
{
    return alpha >= 0 && alpha <= 1 ? static_cast<double>(alpha) : 0;
}

std::size_t binOf(double confidence)
{
    return std::min(static_cast<std::size_t>(confidence * api::kAlphaBins), std::size_t{api::kAlphaBins} - 1);
}

} // namespace

Status Run::inferAll(BoundedQueue<PreparedBatch>& queue, const std::stop_token& stop)
{
    Nanoseconds firstCpu = 0;
    while (!stop.stop_requested()) {
        std::optional<PreparedBatch> prepared = queue.pop(stop);
        if (!prepared || stop.stop_requested())
            break;
        if (prepared->batch.number == 0) {
            m_firstBegin = m_clock.now();
            firstCpu = threadCpuTime();
        }
        m_gate.serve([this](const units::Budget& budget) { return applyBudget(budget); });
        SIDA_TRY(m_executor->run(std::move(*prepared)));
        m_inferenceCpuNs = threadCpuTime() - firstCpu;
    }
    SIDA_TRY(m_executor->finish());
    recordCalibration();
    return {};
}

void Run::deliver(const PreparedBatch& prepared, Answers& answers, api::BatchRow row)
{
    row.batch = prepared.batch.number;
    row.samples = static_cast<std::uint32_t>(prepared.batch.rows);
    row.tokens = static_cast<std::uint32_t>(prepared.batch.tokens());
    row.tableReady = prepared.tableReady;
    recordHash(row.batch);
    m_lastBatch = row.batch;
    if (row.batch % kBatchesOfCalibration == kBatchesOfCalibration - 1)
        recordCalibration();
    for (std::size_t i = 0; i < prepared.batch.samples.size(); ++i)
        row.tokens += decoderInputs(answers, i, prepared.batch);
    m_inferenceRecorder.record(row);
    recordSamples(prepared, answers);
    if (wantsOutputs(prepared.batch))
        passOutputs(prepared.batch, answers);
    m_inferenceNs = m_clock.now() - m_firstBegin;
}

/// Each token that the decoder read counts once.
std::uint32_t Run::decoderInputs(const Answers& answers, std::size_t row, const dataset::TokenBatch& batch)
{
    if (!answers.generated.ids.empty())
        return static_cast<std::uint32_t>(answers.generated.ids[row].size());
    return answers.scored.rows.empty() ? 0 : static_cast<std::uint32_t>(batch.targets[row].size());
}

void Run::recordSamples(const PreparedBatch& prepared, const Answers& answers)
{
    const dataset::TokenBatch& batch = prepared.batch;
    for (std::size_t row = 0; row < batch.samples.size(); ++row) {
        const std::uint64_t sample = batch.samples[row];
        api::SampleRow answer;
        answer.index = sample;
        answer.batch = batch.number;
        answer.tokens = static_cast<std::uint32_t>(batch.lengths[row]) + decoderInputs(answers, row, batch);
        answer.label = batch.labels[row];
        if (!answers.forward.logits.empty())
            answer.prediction = mostProbable(rowOf(answers.forward.logits, row, batch.samples.size()));
        if (!answers.generated.ids.empty()) {
            const bool hasTarget = !batch.targets[row].empty();
            answer.label = hasTarget ? 1 : -1;
            answer.prediction = hasTarget && answers.generated.ids[row] == batch.targets[row] ? 1 : 0;
        }
        if (!answers.scored.rows.empty()) {
            answer.loss = answers.scored.rows[row].lossSum;
            answer.scored = static_cast<std::uint32_t>(answers.scored.rows[row].labels);
        }
        if (!m_reference.empty())
            answer.reference = m_reference[sample];
        m_inferenceRecorder.record(answer);
    }
}

/// Later passes would only say the same again.
bool Run::wantsOutputs(const dataset::TokenBatch& batch) const
{
    return (m_options.keepOutputs || m_outputThread != nullptr) && batch.number < m_batchesOfAPass;
}

void Run::passOutputs(const dataset::TokenBatch& batch, Answers& answers)
{
    const auto width = static_cast<std::ptrdiff_t>(m_inputs.model.info().dModel);
    std::vector<api::SampleOutput> outputs(batch.samples.size());
    auto hidden = answers.forward.hidden.cbegin();
    for (std::size_t row = 0; row < outputs.size(); ++row) {
        api::SampleOutput& output = outputs[row];
        output.index = batch.samples[row];
        output.label = batch.labels[row];
        output.length = batch.lengths[row];
        if (!answers.forward.logits.empty()) {
            const auto logits = rowOf(answers.forward.logits, row, outputs.size());
            output.logits.assign(logits.begin(), logits.end());
        }
        if (!answers.forward.hidden.empty()) {
            output.hidden.assign(hidden, hidden + output.length * width);
            hidden += output.length * width;
        }
        if (!answers.generated.ids.empty()) {
            output.generatedIds = std::move(answers.generated.ids[row]);
            if (m_inputs.tokenizer != nullptr)
                output.text = m_inputs.tokenizer->decode(output.generatedIds);
        }
        if (!answers.scored.rows.empty()) {
            output.lossSum = answers.scored.rows[row].lossSum;
            output.targetLength = static_cast<int>(batch.targets[row].size());
            output.scored = answers.scored.rows[row].labels;
            output.targetLogits = std::move(answers.scored.rows[row].logits);
        }
        if (m_options.keepOutputs)
            m_outputs[output.index] = output;
    }
    if (m_outputThread != nullptr)
        m_outputThread->push(std::move(outputs));
}

void Run::addHash(
    const experts::LayerTable& table, int topK, int moeLayer, std::span<const std::uint16_t> expertOfToken)
{
    const auto k = static_cast<std::size_t>(topK);
    api::HashRow& row = m_hashOfLayer[static_cast<std::size_t>(moeLayer)];
    auto& calibration = m_calibration[static_cast<std::size_t>(moeLayer)];
    row.tokens += static_cast<std::uint32_t>(expertOfToken.size());
    row.predictedExperts += static_cast<std::uint32_t>(table.predicted.size());
    m_layerScratch.assign(static_cast<std::size_t>(m_inputs.model.experts().experts(moeLayer)), 0);
    for (std::size_t token = 0; token < expertOfToken.size(); ++token) {
        const std::uint16_t expert = expertOfToken[token];
        const auto predicted = table.experts.begin() + static_cast<std::ptrdiff_t>(token * k);
        const double sure = confidence(table.alpha[token * k]);
        api::CalibrationRow& bin = calibration[binOf(sure)];
        ++bin.tokens;
        bin.hits += *predicted == expert;
        bin.alpha += sure;
        row.tokenHits += std::find(predicted, predicted + topK, expert) != predicted + topK;
        if (m_layerScratch[expert] == 0) {
            m_layerScratch[expert] = 1;
            ++row.activeExperts;
        }
    }
    for (const experts::LayerTable::Count& count : table.predicted)
        row.correctExperts += m_layerScratch[count.expert];
}

/// One row for each layer that was foretold, however often it came.
void Run::recordHash(std::uint32_t batch)
{
    for (std::size_t layer = 0; layer < m_hashOfLayer.size(); ++layer) {
        api::HashRow& row = m_hashOfLayer[layer];
        if (row.tokens > 0) {
            row.batch = batch;
            row.layer = static_cast<std::uint16_t>(layer);
            m_inferenceRecorder.record(row);
        }
        row = {};
    }
}

void Run::recordCalibration()
{
    if (!m_lastBatch)
        return;
    for (std::size_t layer = 0; layer < m_calibration.size(); ++layer)
        for (std::uint16_t bin = 0; bin < api::kAlphaBins; ++bin) {
            api::CalibrationRow& row = m_calibration[layer][bin];
            if (row.tokens == 0)
                continue;
            row.batch = *m_lastBatch;
            row.layer = static_cast<std::uint16_t>(layer);
            row.bin = bin;
            m_inferenceRecorder.record(row);
            row = {};
        }
    m_lastBatch.reset();
}

} // namespace sida::runtime
