// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "app/cli/text_table.h"
#include "engine/api/head_pooling.h"
#include "engine/base/units.h"
#include "engine/checkpoint/convert.h"
#include "engine/predictor/authors_checkpoint.h"

#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sida::cli
{

namespace
{

struct ConvertSettings {
    std::string from;
    std::string out;
    std::string model; ///< of a predictor
    std::string attention = "sparsemax";
    std::string shardSize = "5GB";
    std::string headPooling;
    bool json = false;
};

Status convertPredictor(const ConvertSettings& settings, Context& context)
{
    if (settings.model.empty())
        return failure(
            ErrorKind::usage,
            fmt::format(
                "{}: a file is taken for a predictor of the SiDA-MoE authors, which does not say what model "
                "it "
                "belongs to; name it with --model, or name a model folder to convert",
                settings.from));
    if (settings.attention != "sparsemax" && settings.attention != "none")
        return failure(
            ErrorKind::usage,
            fmt::format("--attention '{}': expected sparsemax or none", settings.attention));
    SIDA_TRY(checkInput(settings.model));
    SIDA_TRY(checkResultFile(
        {"OUT", settings.out, ResultKind::predictor, false}, {settings.from, settings.model},
        context.inspector));
    SIDA_TRY_ASSIGN(const api::ModelInfo model, context.inspector.model(settings.model));
    SIDA_TRY_ASSIGN(
        const predictor::PredictorFile read,
        predictor::readAuthorsCheckpoint(
            settings.from, model,
            settings.attention == "none" ? predictor::Sparsemax::none : predictor::Sparsemax::paper));
    SIDA_TRY(predictor::writePredictorFile(settings.out, read, {{"creator", "SiDA-MoE, converted"}}));
    SIDA_TRY_ASSIGN(const api::PredictorInfo written, context.inspector.predictor(settings.out));
    if (settings.json) {
        const nlohmann::ordered_json object
            = {{"output", settings.out},
               {"predictor_kind", written.kind},
               {"parameters", written.parameters},
               {"bytes", written.bytes},
               {"model_identity", written.modelIdentity}};
        context.out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
        return {};
    }
    context.out << settings.out << ": the predictor as safetensors\n";
    writeRows(
        context.out,
        {{"for model", fmt::format("{}, which you named: the file does not say", settings.model)},
         {"MoE layers", std::to_string(written.moeLayers.size())},
         {"parameters",
          fmt::format("{}, {}", units::formatCount(written.parameters), units::formatBytes(written.bytes))}});
    return {};
}

/// `real-tokens`, `padded` or `padded:LENGTH` as config.json stores it.
Result<std::string> headPoolingConfig(const std::string& text)
{
    const auto wrong = [&] {
        return failure(
            ErrorKind::usage,
            fmt::format(
                "--head-pooling '{}': expected real-tokens, padded or padded:LENGTH, such as padded:128",
                text));
    };
    nlohmann::ordered_json stored;
    if (text == "real-tokens") {
        stored["head_pooling"] = api::name(api::Pooling::realTokens);
        return stored.dump();
    }
    stored["head_pooling"] = api::name(api::Pooling::padded);
    if (text == "padded")
        return stored.dump();
    constexpr std::string_view kWithLength = "padded:";
    constexpr int kLongest = 1 << 16;
    if (!text.starts_with(kWithLength))
        return wrong();
    int length = 0;
    const char* end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data() + kWithLength.size(), end, length);
    if (problem != std::errc() || rest != end || length < 1 || length > kLongest)
        return wrong();
    stored["head_padded_length"] = length;
    return stored.dump();
}

Status convertModel(const ConvertSettings& settings, Context& context)
{
    checkpoint::ConvertOptions options;
    const Result<units::Budget> size = units::parseBudget(settings.shardSize);
    if (!size || size->kind != units::Budget::Kind::bytes || size->bytes == 0)
        return failure(
            ErrorKind::usage,
            fmt::format("--max-shard-size '{}': expected a size such as 5GB or 4GiB", settings.shardSize));
    options.shardBytes = size->bytes;
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint model, checkpoint::Checkpoint::open(settings.from));
    if (!settings.headPooling.empty()) {
        SIDA_TRY_ASSIGN(options.ownConfig, headPoolingConfig(settings.headPooling));
        if (!model.contains("classifier.out_proj.weight"))
            return failure(
                ErrorKind::usage,
                fmt::format(
                    "--head-pooling: {} has no classifier head that could have been trained with it",
                    settings.from));
    }
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const checkpoint::Converted converted,
        checkpoint::convertCheckpoint(model, settings.out, options, progress.sink(), context.stop));
    progress.wipe();
    if (settings.json) {
        const nlohmann::ordered_json object
            = {{"output", settings.out},
               {"tensors", converted.tensors},
               {"bytes", converted.bytes},
               {"files", converted.files},
               {"dropped_copies", converted.dropped}};
        context.out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
        return {};
    }
    context.out << settings.out << ": the model as safetensors\n";
    writeRows(
        context.out,
        {{"tensors", units::formatCount(static_cast<std::uint64_t>(converted.tensors))},
         {"size", units::formatBytes(converted.bytes)},
         {"files", std::to_string(converted.files)},
         {"left out", fmt::format("{} copies of tied tensors", converted.dropped)}});
    return {};
}

Status execute(const ConvertSettings& settings, Context& context)
{
    SIDA_TRY(checkInput(settings.from));
    std::error_code error;
    if (std::filesystem::is_directory(settings.from, error))
        return convertModel(settings, context);
    return convertPredictor(settings, context);
}

} // namespace

Command addConvert(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand(
        "convert",
        "Write a model's pytorch_model.bin, or a predictor of the SiDA-MoE authors, as safetensors");
    auto settings = std::make_shared<ConvertSettings>();
    parser->add_option("FROM", settings->from, "Model folder, or predictor saved with torch.save")
        ->required();
    parser
        ->add_option(
            "OUT", settings->out, "Of a model the folder to write, which must not be there; else the file")
        ->required();
    parser->add_option("--model", settings->model, "Of a predictor: the folder of its model")
        ->type_name("DIR");
    parser
        ->add_option(
            "--attention", settings->attention,
            "Of a predictor: sparsemax, the paper's network, or none, the authors' variant without attention")
        ->type_name("A");
    parser->add_option("--max-shard-size", settings->shardSize, "Most data in one file (default: 5GB)")
        ->type_name("SIZE");
    parser
        ->add_option(
            "--head-pooling", settings->headPooling,
            "Store what the classifier's head was trained with: real-tokens, padded or padded:LENGTH")
        ->type_name("P");
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
