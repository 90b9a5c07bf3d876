// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_outputs.h"

#include "engine/base/atomic_file.h"
#include "engine/checkpoint/safetensors.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <span>

namespace sida::cli
{

namespace fs = std::filesystem;

namespace
{

std::string number(float value)
{
    // The shortest text that reads back as the same float32.
    return std::isfinite(value) ? fmt::format("{}", value) : std::string("null");
}

std::string classificationLine(const api::SampleOutput& sample)
{
    const auto& logits = sample.logits;
    std::string scores;
    for (const float logit : logits)
        scores += (scores.empty() ? "" : ", ") + number(logit);
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    return fmt::format(
        "{{\"index\": {}, \"label\": {}, \"prediction\": {}, \"scores\": [{}]}}\n", sample.index,
        sample.label < 0 ? std::string("null") : std::to_string(sample.label),
        logits.empty() ? std::string("null") : std::to_string(best), scores);
}

std::string jsonLine(api::Task task, const api::SampleOutput& sample)
{
    if (task == api::Task::seq2seq) {
        // Text that generated pieces make up need not be valid UTF-8: what is not becomes U+FFFD.
        const auto replace = nlohmann::json::error_handler_t::replace;
        return fmt::format(
            "{{\"index\": {}, \"generated_ids\": [{}], \"text\": {}}}\n", sample.index,
            fmt::join(sample.generatedIds, ", "), nlohmann::json(sample.text).dump(-1, ' ', false, replace));
    }
    if (task == api::Task::score) {
        const double mean = sample.lossSum / static_cast<double>(sample.scored);
        return fmt::format(
            "{{\"index\": {}, \"loss\": {}, \"tokens\": {}}}\n", sample.index,
            sample.scored > 0 && std::isfinite(mean) ? fmt::format("{}", mean) : std::string("null"),
            sample.scored);
    }
    return classificationLine(sample);
}

checkpoint::TensorToWrite
tensor(std::string name, std::vector<std::int64_t> shape, const std::vector<float>& values)
{
    return {
        std::move(name), checkpoint::StorageType::f32, std::move(shape), std::as_bytes(std::span(values))};
}

Status writeTensors(const fs::path& path, const api::RunResult& result)
{
    std::vector<checkpoint::TensorToWrite> tensors;
    std::deque<std::vector<std::int64_t>> ids; // outlive the writing
    for (const api::SampleOutput& sample : result.outputs) {
        if (result.task == api::Task::text) {
            const std::int64_t length = std::max(sample.length, 1);
            const auto width = static_cast<std::int64_t>(sample.hidden.size()) / length;
            tensors.push_back(
                tensor(fmt::format("last_hidden_state.{}", sample.index), {length, width}, sample.hidden));
        } else if (result.task == api::Task::seq2seq) {
            tensors.push_back(
                {fmt::format("generated_ids.{}", sample.index),
                 checkpoint::StorageType::i64,
                 {static_cast<std::int64_t>(sample.generatedIds.size())},
                 std::as_bytes(
                     std::span(ids.emplace_back(sample.generatedIds.begin(), sample.generatedIds.end())))});
        } else if (result.task == api::Task::score) {
            const std::int64_t length = std::max(sample.targetLength, 1);
            const auto width = static_cast<std::int64_t>(sample.targetLogits.size()) / length;
            tensors.push_back(
                tensor(fmt::format("logits.{}", sample.index), {length, width}, sample.targetLogits));
        } else {
            const auto labels = static_cast<std::int64_t>(sample.logits.size());
            tensors.push_back(tensor(fmt::format("logits.{}", sample.index), {labels}, sample.logits));
        }
    }
    return checkpoint::writeSafetensors(path, std::move(tensors));
}

} // namespace

Result<ResultKind> outputsKind(const fs::path& path)
{
    if (path.extension() == ".safetensors")
        return ResultKind::safetensors;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    const bool device = path == "/dev/stdout" || (fs::exists(status) && !fs::is_regular_file(status));
    if (path.extension() == ".jsonl" || device)
        return ResultKind::jsonLines;
    return failure(
        ErrorKind::usage,
        fmt::format("--outputs {}: expected a name that ends in .safetensors or .jsonl", path.string()));
}

void writeJsonLines(std::ostream& out, const api::RunResult& result)
{
    for (const api::SampleOutput& sample : result.outputs)
        out << jsonLine(result.task, sample);
}

Status writeOutputs(const fs::path& path, ResultKind kind, const api::RunResult& result)
{
    if (kind == ResultKind::safetensors)
        return writeTensors(path, result);
    return writeFileAtomically(path, [&](std::ostream& stream) -> Status {
        writeJsonLines(stream, result);
        return {};
    });
}

} // namespace sida::cli
