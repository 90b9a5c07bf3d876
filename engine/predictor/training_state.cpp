// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training_state_torch.h"

#include "engine/checkpoint/safetensors.h"
#include "engine/predictor/file_fields.h"

#include <c10/core/GradMode.h>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace sida::predictor
{

namespace
{

constexpr std::string_view kFormat = "sida-training";
constexpr std::size_t kMostEpochs = 10000;
constexpr std::string_view kWhatToDo = "delete the file and train from the beginning";

struct Named {
    std::string name;
    at::Tensor tensor;
};

std::vector<Named> tensorsOf(const TrainingState& state)
{
    std::vector<Named> all;
    const auto add = [&all](std::string_view group, const std::vector<at::Tensor>& tensors) {
        for (std::size_t i = 0; i < tensors.size(); ++i)
            all.push_back({fmt::format("{}.{}", group, i), tensors[i].detach()});
    };
    add("parameter", state.parameters);
    add("optimiser", state.optimiser);
    add("best", state.best);
    return all;
}

std::vector<std::int64_t> shapeOf(const at::Tensor& tensor)
{
    return tensor.sizes().vec();
}

std::string listed(const std::vector<double>& values)
{
    return fmt::format("{}", fmt::join(values, ","));
}

Result<std::vector<double>> numbers(const FileFields& fields, const std::string& field)
{
    SIDA_TRY_ASSIGN(const std::vector<std::string> parts, fields.list(field, 4 * kMostEpochs));
    std::vector<double> values;
    for (const std::string& part : parts) {
        const auto value = parseWhole<double>(part);
        if (!value || !std::isfinite(*value))
            return fields.wrong(field, "numbers between commas");
        values.push_back(*value);
    }
    return values;
}

Status readHistory(const FileFields& fields, TrainingState& state)
{
    api::TrainResult& result = state.result;
    SIDA_TRY_ASSIGN(const std::vector<double> history, numbers(fields, "epochs"));
    if (history.size() % 4 != 0)
        return fields.wrong("epochs", "four numbers an epoch");
    result.epochs.clear();
    for (std::size_t i = 0; i < history.size(); i += 4)
        result.epochs.push_back(
            {static_cast<int>(i / 4) + 1, history[i], history[i + 1], history[i + 2], history[i + 3], {}});
    SIDA_TRY_ASSIGN(
        result.bestEpoch, fields.integer("best_epoch", 1, static_cast<int>(result.epochs.size())));
    const api::TrainEpoch& best = result.epochs[static_cast<std::size_t>(result.bestEpoch) - 1];
    result.heldOutTop1 = best.heldOutTop1;
    result.heldOutTop3 = best.heldOutTop3;
    SIDA_TRY_ASSIGN(result.heldOutTop1ByLayer, numbers(fields, "top1_by_layer"));
    SIDA_TRY_ASSIGN(result.heldOutTop3ByLayer, numbers(fields, "top3_by_layer"));
    SIDA_TRY_ASSIGN(const double step, fields.numberOr("step", 0, 1e15, 0));
    state.step = static_cast<std::uint64_t>(step);
    SIDA_TRY_ASSIGN(state.random, fields.text("random"));
    return {};
}

} // namespace

Status writeTrainingState(const std::filesystem::path& path, const TrainingState& state)
{
    std::vector<double> history;
    for (const api::TrainEpoch& epoch : state.result.epochs)
        history.insert(history.end(), {epoch.loss, epoch.heldOutTop1, epoch.heldOutTop3, epoch.seconds});
    const std::map<std::string, std::string> metadata{
        {"format", std::string(kFormat)},
        {"fingerprint", state.fingerprint},
        {"step", std::to_string(state.step)},
        {"random", state.random},
        {"epochs", listed(history)},
        {"best_epoch", std::to_string(state.result.bestEpoch)},
        {"top1_by_layer", listed(state.result.heldOutTop1ByLayer)},
        {"top3_by_layer", listed(state.result.heldOutTop3ByLayer)}};
    std::vector<Named> named = tensorsOf(state);
    std::vector<checkpoint::TensorToWrite> tensors;
    for (Named& one : named) {
        one.tensor = one.tensor.contiguous();
        const std::span values(one.tensor.data_ptr<float>(), static_cast<std::size_t>(one.tensor.numel()));
        tensors.push_back(
            {one.name, checkpoint::StorageType::f32, shapeOf(one.tensor), std::as_bytes(values)});
    }
    return checkpoint::writeSafetensors(path, std::move(tensors), metadata);
}

Status readTrainingState(const std::filesystem::path& path, TrainingState& state)
{
    SIDA_TRY_ASSIGN(const checkpoint::SafetensorsFile file, checkpoint::SafetensorsFile::open(path));
    const FileFields fields(path, file.metadata());
    SIDA_TRY_ASSIGN(const std::string format, fields.text("format"));
    if (format != kFormat)
        return fields.wrong("format", fmt::format("\"{}\"", kFormat));
    SIDA_TRY_ASSIGN(const std::string fingerprint, fields.text("fingerprint"));
    if (fingerprint != state.fingerprint)
        return badInput(fmt::format(
            "{}: this training was begun with another model, other data or other options; {}", path.string(),
            kWhatToDo));
    const std::vector<Named> named = tensorsOf(state);
    for (const Named& one : named) {
        const checkpoint::TensorEntry* entry = file.find(one.name);
        if (!entry || entry->type != checkpoint::StorageType::f32 || entry->shape != shapeOf(one.tensor))
            return badInput(fmt::format(
                "{}: tensor {}: expected F32 [{}], found {}; {}", path.string(), one.name,
                fmt::join(shapeOf(one.tensor), ", "),
                entry ? fmt::format("[{}]", fmt::join(entry->shape, ", ")) : "none", kWhatToDo));
    }
    SIDA_TRY(readHistory(fields, state));
    const c10::NoGradGuard noGrad;
    for (const Named& one : named)
        SIDA_TRY(file.readF32(
            *file.find(one.name),
            {one.tensor.data_ptr<float>(), static_cast<std::size_t>(one.tensor.numel())}));
    return {};
}

} // namespace sida::predictor
