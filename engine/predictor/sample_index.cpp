// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/sample_index.h"

#include "engine/base/sha256.h"
#include "engine/dataset/sample_reader.h"

#include <filesystem>
#include <fmt/format.h>
#include <span>

namespace sida::predictor
{

namespace
{

/// FNV-1a over 32-bit words, mixed at the end so that neighbours differ in all bits.
std::uint64_t digest(const std::vector<std::int32_t>& ids)
{
    std::uint64_t value = 0xcbf29ce484222325ULL;
    for (const std::int32_t id : ids)
        value = (value ^ static_cast<std::uint32_t>(id)) * 0x100000001b3ULL;
    value = (value ^ ids.size()) * 0xff51afd7ed558ccdULL;
    value ^= value >> 33U;
    value *= 0xc4ceb9fe1a85ec53ULL;
    return value ^ (value >> 33U);
}

tl::unexpected<Error> stopped()
{
    return failure(ErrorKind::cancelled, "Training was stopped; nothing was written");
}

tl::unexpected<Error> changed(const dataset::Dataset& data)
{
    return badInput(fmt::format(
        "{}: the file was changed after it had been loaded; load it again", data.info.path.string()));
}

Status readSamples(
    const dataset::Dataset& data, std::uint64_t begin, const SampleSink& sink, const std::stop_token& stop)
{
    std::error_code error;
    if (std::filesystem::last_write_time(data.info.path, error) != data.file->changed
        || std::filesystem::file_size(data.info.path, error) != data.file->bytes)
        return changed(data);
    SIDA_TRY_ASSIGN(
        const std::unique_ptr<dataset::SampleReader> reader,
        dataset::SampleReader::open(data.info.path, data.file->options, data.file->traits, {}, stop));
    for (std::uint64_t i = 0; i < data.info.samples; ++i) {
        if (stop.stop_requested())
            return stopped();
        SIDA_TRY_ASSIGN(const std::optional<dataset::Sample> sample, reader->next());
        if (!sample)
            return changed(data);
        if (i >= begin)
            SIDA_TRY(sink(*sample));
    }
    return {};
}

} // namespace

void SampleIndex::add(const std::vector<std::int32_t>& ids)
{
    firstToken.push_back(firstToken.back() + ids.size());
    keys.push_back(digest(ids));
}

std::string SampleIndex::identity() const
{
    Sha256 sha;
    sha.update(std::as_bytes(std::span(firstToken)));
    sha.update(std::as_bytes(std::span(keys)));
    return sha.hex();
}

Status
forEachSample(const dataset::Dataset& data, std::uint64_t begin, const SampleSink& sink, std::stop_token stop)
{
    if (!data.isHeld())
        return readSamples(data, begin, sink, stop);
    for (std::uint64_t i = begin; i < data.samples.size(); ++i) {
        if (stop.stop_requested())
            return stopped();
        SIDA_TRY(sink(data.samples[i]));
    }
    return {};
}

Result<SampleIndex>
indexSamples(const api::ModelInfo& model, const dataset::Dataset& data, const std::stop_token& stop)
{
    SampleIndex index;
    SIDA_TRY(forEachSample(
        data, 0,
        [&](const dataset::Sample& sample) -> Status {
            for (const std::int32_t id : sample.ids)
                if (id < 0 || id >= model.vocabulary)
                    return badInput(fmt::format(
                        "{}: token id {} lies outside the model's vocabulary of {}", data.info.path.string(),
                        id, model.vocabulary));
            index.add(sample.ids);
            return {};
        },
        stop));
    return index;
}

} // namespace sida::predictor
