// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/convert.h"

#include "engine/base/atomic_file.h"
#include "engine/base/clock.h"
#include "engine/base/units.h"
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <set>
#include <tuple>
#include <unistd.h>

namespace sida::checkpoint
{

namespace fs = std::filesystem;

namespace
{

/// What belongs to a model besides its weights.
constexpr std::array kCopied{"generation_config.json",  "tokenizer.json",          "spiece.model",
                             "tokenizer_config.json",   "special_tokens_map.json", "added_tokens.json",
                             "preprocessor_config.json"};

/// A folder that goes away unless it was renamed to its place.
class TemporaryFolder
{
public:
    explicit TemporaryFolder(fs::path path)
        : m_path(std::move(path))
    {
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

bool isTied(const Checkpoint& checkpoint)
{
    const auto config = parseJson(checkpoint.configText(), "config.json");
    if (!config || !config->is_object())
        return false;
    const auto found = config->find("tie_word_embeddings");
    return found == config->end() || *found != false;
}

/// The tensors to write, in the order of the files they come from. Of tied copies that are the very same
/// bytes one is enough, as transformers has it: `shared.weight` if it is among them.
std::vector<Checkpoint::Tensor> chooseTensors(const Checkpoint& checkpoint)
{
    constexpr std::array<std::string_view, 4> kCopies{
        "shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"};
    const bool tied = isTied(checkpoint);
    std::set<std::tuple<const TensorFile*, std::uint64_t, std::uint64_t>> seen;
    std::set<const TensorEntry*> dropped;
    for (const std::string_view suffix : kCopies) {
        for (const auto& [name, tensor] : checkpoint.tensors()) {
            const bool isCopy = name == suffix
                || (name.ends_with(suffix) && name.ends_with("transformers." + std::string(suffix)));
            if (tied && isCopy && !seen.emplace(tensor.file, tensor.entry->begin, tensor.entry->end).second)
                dropped.insert(tensor.entry);
        }
    }
    std::vector<Checkpoint::Tensor> tensors;
    for (const auto& file : checkpoint.files()) {
        for (const TensorEntry& entry : file->tensors()) {
            if (!dropped.contains(&entry))
                tensors.push_back({file.get(), &entry});
        }
    }
    return tensors;
}

std::vector<std::vector<Checkpoint::Tensor>>
intoShards(const std::vector<Checkpoint::Tensor>& tensors, std::uint64_t shardBytes)
{
    std::vector<std::vector<Checkpoint::Tensor>> shards;
    std::uint64_t bytes = 0;
    for (const Checkpoint::Tensor& tensor : tensors) {
        const std::uint64_t own = tensor.entry->bytes();
        if (shards.empty() || bytes + own > shardBytes) {
            shards.emplace_back();
            bytes = 0;
        }
        shards.back().push_back(tensor);
        bytes += own;
    }
    return shards;
}

/// Writes shards and says how far it is.
class ShardWriter
{
public:
    ShardWriter(std::uint64_t total, const ProgressSink& progress, const std::stop_token& stop)
        : m_total(total)
        , m_progress(progress)
        , m_stop(stop)
    {
    }

    Status write(const fs::path& path, const std::vector<Checkpoint::Tensor>& tensors)
    {
        std::vector<TensorHeader> headers;
        headers.reserve(tensors.size());
        for (const Checkpoint::Tensor& tensor : tensors)
            headers.push_back({tensor.entry->name, tensor.entry->type, tensor.entry->shape});
        return streamSafetensors(
            path, headers, {{"format", "pt"}},
            [&](std::size_t index, std::ostream& stream) { return copy(tensors[index], stream); });
    }

private:
    Status copy(const Checkpoint::Tensor& tensor, std::ostream& stream)
    {
        constexpr std::uint64_t kChunkBytes = 4 * 1024 * 1024;
        const std::uint64_t bytes = tensor.entry->bytes();
        const bool whole = !tensor.entry->strides.empty();
        for (std::uint64_t at = 0; at < bytes;) {
            if (m_stop.stop_requested())
                return failure(ErrorKind::cancelled, "Converting was stopped; nothing was written");
            m_buffer.resize(static_cast<std::size_t>(whole ? bytes : std::min(bytes - at, kChunkBytes)));
            SIDA_TRY(tensor.file->read(*tensor.entry, at, m_buffer));
            stream.write(
                reinterpret_cast<const char*>(m_buffer.data()),
                static_cast<std::streamsize>(m_buffer.size()));
            if (!stream)
                return failure(
                    ErrorKind::io, fmt::format("writing the shard failed: {}", std::strerror(errno)));
            at += m_buffer.size();
            m_done += m_buffer.size();
            tell();
        }
        tensor.file->forget(*tensor.entry, 0, tensor.entry->elements());
        return {};
    }

    void tell()
    {
        constexpr Nanoseconds kBetween = 100'000'000;
        const Nanoseconds now = monotonicNow();
        if (!m_progress || (now - m_last < kBetween && m_done < m_total))
            return;
        m_last = now;
        const double rate
            = static_cast<double>(m_done) / static_cast<double>(std::max<Nanoseconds>(1, now - m_begin));
        m_progress({"Converting", m_done, m_total, static_cast<double>(m_total - m_done) / rate * 1e-9});
    }

    const std::uint64_t m_total;
    const ProgressSink& m_progress;
    const std::stop_token& m_stop;
    const Nanoseconds m_begin = monotonicNow();
    Nanoseconds m_last = 0;
    std::uint64_t m_done = 0;
    std::vector<std::byte> m_buffer;
};

Status checkPlace(const fs::path& out, std::uint64_t bytes)
{
    std::error_code error;
    const fs::file_status status = fs::status(out, error);
    if (fs::exists(status) && !fs::is_directory(status))
        return badInput(fmt::format("{}: is a file; name a folder that is not there yet", out.string()));
    if (fs::exists(status) && !fs::is_empty(out, error))
        return badInput(
            fmt::format("{}: holds files already; name a folder that is not there yet", out.string()));
    const fs::path parent = fs::absolute(out, error).parent_path();
    if (!fs::is_directory(parent, error))
        return badInput(
            fmt::format("{}: there is no folder {} to write it to", out.string(), parent.string()));
    const fs::space_info space = fs::space(parent, error);
    if (!error && space.available < bytes)
        return failure(
            ErrorKind::io,
            fmt::format(
                "{}: {} are needed there, {} are free", out.string(), units::formatBytes(bytes),
                units::formatBytes(space.available)));
    return {};
}

Status copyOthers(const fs::path& from, const fs::path& to)
{
    for (const char* name : kCopied) {
        std::error_code error;
        if (!fs::is_regular_file(from / name, error))
            continue;
        if (!fs::copy_file(from / name, to / name, error))
            return failure(
                ErrorKind::io,
                fmt::format("{}: copying failed: {}", (from / name).string(), error.message()));
    }
    return {};
}

/// The rest of the object stays as it is, and in its order.
Result<std::string> configWith(const std::string& own, const Checkpoint& checkpoint)
{
    if (own.empty())
        return checkpoint.configText();
    const std::string where = (checkpoint.folder() / "config.json").string();
    SIDA_TRY_ASSIGN([[maybe_unused]] const auto checked, parseJson(checkpoint.configText(), where));
    auto config = nlohmann::ordered_json::parse(checkpoint.configText(), nullptr, false);
    if (!config.is_object())
        return badInput(fmt::format("{}: expected a JSON object, found {}", where, kindOf(checked)));
    config["sida_studio"] = nlohmann::ordered_json::parse(own);
    return config.dump(2) + '\n';
}

std::string indexText(
    const std::vector<std::vector<Checkpoint::Tensor>>& shards, const std::vector<std::string>& names,
    std::uint64_t bytes)
{
    nlohmann::json map = nlohmann::json::object();
    for (std::size_t i = 0; i < shards.size(); ++i) {
        for (const Checkpoint::Tensor& tensor : shards[i])
            map[tensor.entry->name] = names[i];
    }
    return nlohmann::json{{"metadata", {{"total_size", bytes}}}, {"weight_map", std::move(map)}}.dump(2)
        + '\n';
}

} // namespace

Result<Converted> convertCheckpoint(
    const fs::path& folder, const fs::path& out, const ConvertOptions& options, const ProgressSink& progress,
    const std::stop_token& stop)
{
    SIDA_TRY_ASSIGN(const Checkpoint checkpoint, Checkpoint::open(folder));
    return convertCheckpoint(checkpoint, out, options, progress, stop);
}

Result<Converted> convertCheckpoint(
    const Checkpoint& checkpoint, const fs::path& out, const ConvertOptions& options,
    const ProgressSink& progress, const std::stop_token& stop)
{
    SIDA_TRY_ASSIGN(const std::string config, configWith(options.ownConfig, checkpoint));
    const std::vector<Checkpoint::Tensor> tensors = chooseTensors(checkpoint);
    const auto shards = intoShards(tensors, options.shardBytes);
    Converted converted;
    converted.tensors = static_cast<int>(tensors.size());
    converted.files = static_cast<int>(shards.size());
    converted.dropped = checkpoint.tensors().size() - tensors.size();
    for (const Checkpoint::Tensor& tensor : tensors)
        converted.bytes += tensor.entry->bytes();
    SIDA_TRY(checkPlace(out, converted.bytes));

    fs::path place = (fs::absolute(out) / "").lexically_normal().parent_path();
    fs::path beside = place;
    beside += fmt::format(".{}.tmp", ::getpid());
    const TemporaryFolder temporary(beside);
    std::error_code error;
    if (!fs::create_directory(beside, error))
        return failure(
            ErrorKind::io, fmt::format("{}: creating it failed: {}", beside.string(), error.message()));
    SIDA_TRY(writeFileAtomically(beside / "config.json", config));
    SIDA_TRY(copyOthers(checkpoint.folder(), beside));
    std::vector<std::string> names;
    ShardWriter writer(converted.bytes, progress, stop);
    for (std::size_t i = 0; i < shards.size(); ++i) {
        names.push_back(
            shards.size() == 1 ? "model.safetensors"
                               : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size()));
        SIDA_TRY(writer.write(beside / names.back(), shards[i]));
    }
    if (shards.size() > 1)
        SIDA_TRY(writeFileAtomically(
            beside / "model.safetensors.index.json", indexText(shards, names, converted.bytes)));
    // An empty folder there is replaced by this, as rename(2) has it.
    fs::rename(beside, place, error);
    if (error)
        return failure(
            ErrorKind::io,
            fmt::format("{}: renaming the finished folder failed: {}", out.string(), error.message()));
    return converted;
}

} // namespace sida::checkpoint
