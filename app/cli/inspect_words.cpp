// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/inspect_words.h"

#include "app/cli/run_summary.h"
#include "app/cli/text_table.h"
#include "engine/api/consistency.h"
#include "engine/base/units.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace sida::cli
{

namespace
{

/// "6 with 8 experts each", or the range where they differ.
std::string moeLayerWords(const std::vector<api::MoeLayerInfo>& layers)
{
    if (layers.empty())
        return "none";
    const auto [fewest, most] = std::minmax_element(
        layers.begin(), layers.end(), [](const auto& a, const auto& b) { return a.experts < b.experts; });
    if (fewest->experts == most->experts)
        return fmt::format("{} with {} experts each", layers.size(), most->experts);
    return fmt::format("{} with {} to {} experts", layers.size(), fewest->experts, most->experts);
}

std::string headWords(const api::ModelInfo& model)
{
    if (model.labels == 0)
        return "none";
    const api::HeadPooling& trained = model.headPooling;
    if (trained.pooling == api::Pooling::unknown)
        return fmt::format(
            "classifier, {} labels; what pooling it was trained with is not known", model.labels);
    return fmt::format(
        "classifier, {} labels; trained with pooling over {} ({})", model.labels, api::words(trained),
        trained.source == "layout" ? "told by the tensors' names, which are those of the SiDA-MoE authors"
                                   : "says " + trained.source);
}

std::string shareOrUnknown(double share)
{
    return share < 0 ? "not said" : units::formatNumber(share);
}

} // namespace

void writeInWords(std::ostream& out, const api::ModelInfo& model)
{
    out << fmt::format("{}: a model, {}\n", model.path.string(), model.architecture);
    const std::uint64_t expertBytes = static_cast<std::uint64_t>(model.expertCount) * model.expertBytes;
    std::uint64_t fileBytes = 0;
    for (const api::FileInfo& file : model.files)
        fileBytes += file.bytes;
    TextRows rows
        = {{"parameters",
            fmt::format(
                "{}, stored as {}", units::formatCount(model.parameters), api::name(model.storageDtype))},
           {"blocks", std::to_string(model.layers)},
           {"MoE layers", moeLayerWords(model.moeLayers)},
           {"width", fmt::format("{} model, {} feed-forward", model.dModel, model.dFf)},
           {"experts",
            fmt::format(
                "{} of {}, {} in all", units::formatCount(static_cast<std::uint64_t>(model.expertCount)),
                units::formatBytes(model.expertBytes), units::formatBytes(expertBytes))},
           {"everything else", units::formatBytes(model.denseBytes)},
           {"head", headWords(model)},
           {"tokenizer", model.hasTokenizer ? "there" : "none: only datasets with input_ids can be run"},
           {"files", fmt::format("{}, {}", model.files.size(), units::formatBytes(fileBytes))},
           {"identity", model.identity}};
    if (!model.ignoredTensors.empty())
        rows.emplace_back("not used", fmt::format("{} tensors", model.ignoredTensors.size()));
    writeRows(out, rows);
}

void writeInWords(std::ostream& out, const api::RunOptions& options, const api::BudgetPlan& plan)
{
    out << fmt::format(
        "Budget of a run, policy {}, {}, {}, batches of {}\n", api::name(options.policy),
        api::name(options.device), api::name(options.dtype), options.batchSize);
    constexpr std::array<std::pair<api::Purpose, const char*>, api::kPurposes> kPurposeWords{
        {{api::Purpose::denseWeights, "dense weights"},
         {api::Purpose::predictor, "predictor"},
         {api::Purpose::expertSlots, "expert slots"},
         {api::Purpose::staging, "staging"},
         {api::Purpose::activations, "activations"},
         {api::Purpose::runtimeContext, "runtime context"}}};
    const auto exactly
        = [](std::uint64_t bytes) { return fmt::format("{} ({} bytes)", units::formatBytes(bytes), bytes); };
    TextRows rows;
    std::uint64_t sum = 0;
    for (const auto& [purpose, words] : kPurposeWords) {
        const std::uint64_t bytes = plan.byPurpose[static_cast<std::size_t>(purpose)];
        rows.emplace_back(words, exactly(bytes));
        sum += bytes;
    }
    rows.emplace_back("in all", exactly(sum));
    rows.emplace_back("budget", exactly(plan.budgetBytes));
    rows.emplace_back(
        "slots",
        fmt::format("{} for {} experts, {} each", plan.slots, plan.experts, exactly(plan.slotBytes)));
    if (plan.moeLayers > 0)
        rows.emplace_back(
            "a MoE layer",
            fmt::format(
                "{:.1f} slots for {:.1f} experts, on average",
                static_cast<double>(plan.slots) / plan.moeLayers,
                static_cast<double>(plan.experts) / plan.moeLayers));
    rows.emplace_back("smallest that works", exactly(plan.smallestBytes));
    rows.emplace_back("resident needs", exactly(plan.residentBytes));
    writeRows(out, rows);
}

void writeInWords(std::ostream& out, const api::DatasetInfo& dataset)
{
    out << fmt::format("{}: a dataset\n", dataset.path.string());
    TextRows rows
        = {{"samples", units::formatCount(dataset.samples)}, {"labels", dataset.labelled ? "yes" : "no"}};
    if (dataset.tokens > 0)
        rows.emplace_back(
            "tokens",
            fmt::format("{}, at most {} a sample", units::formatCount(dataset.tokens), dataset.longest));
    rows.emplace_back("identity", dataset.identity);
    writeRows(out, rows);
}

namespace
{

/// The curve of a predictor's training: at most some twenty of its points, the last among them.
void writeTraining(std::ostream& out, const std::vector<api::TrainEpoch>& epochs)
{
    constexpr std::size_t kMost = 20;
    if (epochs.empty())
        return;
    out << "Training of the predictor\n";
    const std::size_t step = (epochs.size() + kMost - 1) / kMost;
    for (std::size_t i = (epochs.size() - 1) % step; i < epochs.size(); i += step)
        out << fmt::format(
            "  {} epoch {:>3}  loss {}  held-out hit rate: top 1 {}, top 3 {}\n", epochs[i].kind,
            epochs[i].epoch, units::formatNumber(epochs[i].loss), units::formatNumber(epochs[i].heldOutTop1),
            units::formatNumber(epochs[i].heldOutTop3));
}

} // namespace

void writeInWords(std::ostream& out, const api::PredictorInfo& predictor)
{
    out << fmt::format("{}: a predictor, {}\n", predictor.path.string(), predictor.kind);
    const auto hitRate = [](double top1, double top3) {
        return fmt::format("top 1 {}, top 3 {}", shareOrUnknown(top1), shareOrUnknown(top3));
    };
    TextRows rows
        = {{"for model", predictor.modelIdentity},
           {"MoE layers", moeLayerWords(predictor.moeLayers)},
           {"held-out hit rate", hitRate(predictor.heldOutTop1, predictor.heldOutTop3)},
           {"width", fmt::format("{} embedding, {} hidden", predictor.embeddingDim, predictor.hiddenDim)},
           {"sparsemax", predictor.sparsemax},
           {"loss", predictor.loss}};
    if (const auto& decoder = predictor.decoder) {
        rows.emplace_back(
            "decoder",
            fmt::format(
                "{}, MoE layers: {}, {} hidden, reads the decoder's inputs{}", decoder->kind,
                moeLayerWords(decoder->moeLayers), decoder->hiddenDim,
                decoder->readsSource ? " and the mean of the source" : ""));
        rows.emplace_back("its held-out hit rate", hitRate(decoder->heldOutTop1, decoder->heldOutTop3));
    }
    rows.emplace_back(
        "parameters",
        fmt::format("{}, {}", units::formatCount(predictor.parameters), units::formatBytes(predictor.bytes)));
    writeRows(out, rows);
    writeTraining(out, predictor.curve);
}

namespace
{

void writeConsistency(std::ostream& out, const api::Consistency& consistency)
{
    TextRows rows;
    if (!consistency.checked)
        rows.emplace_back(
            "record", "not checked: rows are missing, since the run did not end or events were lost");
    else if (consistency.problems.empty())
        rows.emplace_back("record", "checked, agrees with itself");
    for (const std::string& problem : consistency.problems)
        rows.emplace_back(rows.empty() ? "record" : "", "disagrees: " + problem);
    writeRows(out, rows);
}

} // namespace

void writeInWords(std::ostream& out, const api::Recording& recording, const std::filesystem::path& session)
{
    out << fmt::format("{}: a session, {}", session.string(), api::name(recording.state));
    if (!recording.failure.empty())
        out << " (" << recording.failure << ")";
    out << '\n';
    writeRunSummary(out, recording, {});
    writeConsistency(out, api::checkConsistency(recording));
    writeTraining(out, recording.header.training);
    if (recording.header.provenance.empty())
        return;
    out << "Provenance\n";
    writeRows(out, recording.header.provenance);
}

} // namespace sida::cli
