// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "app/cli/text_table.h"
#include "engine/api/head_pooling.h"
#include "engine/base/units.h"
#include "engine/checkpoint/convert.h"

#include <charconv>
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
    std::string folder;
    std::string out;
    std::string shardSize = "5GB";
    std::string headPooling;
    bool json = false;
};

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

Status execute(const ConvertSettings& settings, Context& context)
{
    checkpoint::ConvertOptions options;
    const Result<units::Budget> size = units::parseBudget(settings.shardSize);
    if (!size || size->kind != units::Budget::Kind::bytes || size->bytes == 0)
        return failure(
            ErrorKind::usage,
            fmt::format("--max-shard-size '{}': expected a size such as 5GB or 4GiB", settings.shardSize));
    options.shardBytes = size->bytes;
    SIDA_TRY(checkInput(settings.folder));
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint model, checkpoint::Checkpoint::open(settings.folder));
    if (!settings.headPooling.empty()) {
        SIDA_TRY_ASSIGN(options.ownConfig, headPoolingConfig(settings.headPooling));
        if (!model.contains("classifier.out_proj.weight"))
            return failure(
                ErrorKind::usage,
                fmt::format(
                    "--head-pooling: {} has no classifier head that could have been trained with it",
                    settings.folder));
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

} // namespace

Command addConvert(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand("convert", "Write a model's pytorch_model.bin as safetensors");
    auto settings = std::make_shared<ConvertSettings>();
    parser->add_option("DIR", settings->folder, "Model folder")->required();
    parser->add_option("OUT", settings->out, "Folder to write, which must not be there")->required();
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
