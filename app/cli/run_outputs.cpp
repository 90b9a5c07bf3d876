// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_outputs.h"

#include "app/cli/in_order.h"
#include "engine/base/units.h"
#include "engine/checkpoint/growing_safetensors.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

namespace sida::cli
{

namespace fs = std::filesystem;

namespace
{

/// Answers come in the order of lengths: so much of them waits in memory for those before them.
constexpr std::uint64_t kWaitingBytes = 16 * units::kMiB;

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

/// Where standard output is redirected to a file, that file is still a device to us: it is written as it is.
bool isDevice(const fs::path& path)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    return isStandardOutput(path) || (fs::exists(status) && !fs::is_regular_file(status));
}

/// Where what waits is kept when it does not fit into memory: beside the result, or with other temporary
/// files.
fs::path waitingPlace(const fs::path& path)
{
    std::error_code error;
    const fs::path folder = isDevice(path) ? fs::temp_directory_path(error) : path.parent_path();
    return folder / (path.filename().string() + ".waiting");
}

Status checkAll(const fs::path& path, const InOrder& order, const OutputsWriter::Shape& shape)
{
    if (order.passedOn() == shape.samples)
        return {};
    return failure(
        ErrorKind::internal,
        fmt::format(
            "{}: the run has no answer for {} of {} samples", path.string(), shape.samples - order.passedOn(),
            shape.samples));
}

class JsonLines final : public OutputsWriter
{
public:
    JsonLines(fs::path path, const Shape& shape)
        : m_path(std::move(path))
        , m_shape(shape)
        , m_order(
              waitingPlace(m_path), kWaitingBytes,
              [this](std::uint64_t, std::span<const std::byte> line) { return gather(line); })
    {
    }

    Status toFile()
    {
        SIDA_TRY_ASSIGN(m_file, GrowingFile::create(m_path));
        return {};
    }
    Status toDevice(std::ostream& out)
    {
        m_device = &out;
        if (isStandardOutput(m_path))
            return {};
        m_opened.open(m_path, std::ios::binary);
        m_device = &m_opened;
        return m_opened ? Status{} : ioFailure("opening");
    }

    Status add(const std::vector<api::SampleOutput>& samples) override
    {
        for (const api::SampleOutput& sample : samples) {
            const std::string line = jsonLine(m_shape.task, sample);
            SIDA_TRY(m_order.add(sample.index, std::as_bytes(std::span(line))));
        }
        return m_device != nullptr ? flush() : Status{}; // somebody may watch
    }

    Status finish() override
    {
        SIDA_TRY(checkAll(m_path, m_order, m_shape));
        SIDA_TRY(flush());
        return m_file ? m_file->commit() : Status{};
    }

private:
    Status gather(std::span<const std::byte> line)
    {
        constexpr std::size_t kFlushBytes = 256 * 1024;
        m_buffer.insert(m_buffer.end(), line.begin(), line.end());
        return m_buffer.size() < kFlushBytes ? Status{} : flush();
    }
    Status flush()
    {
        if (m_file) {
            SIDA_TRY(m_file->writeAt(m_written, m_buffer));
            m_written += m_buffer.size();
        } else {
            m_device->write(
                reinterpret_cast<const char*>(m_buffer.data()),
                static_cast<std::streamsize>(m_buffer.size()));
            if (!m_device->flush())
                return ioFailure("writing");
        }
        m_buffer.clear();
        return {};
    }
    tl::unexpected<Error> ioFailure(std::string_view doing) const
    {
        return failure(
            ErrorKind::io, fmt::format("{}: {} failed: {}", m_path.string(), doing, std::strerror(errno)));
    }

    fs::path m_path;
    const Shape m_shape;
    InOrder m_order;
    std::vector<std::byte> m_buffer;
    std::optional<GrowingFile> m_file;
    std::uint64_t m_written = 0;
    std::ofstream m_opened;
    std::ostream* m_device = nullptr;
};

class Tensors final : public OutputsWriter
{
public:
    Tensors(const fs::path& path, const Shape& shape, checkpoint::GrowingSafetensors file)
        : m_path(path)
        , m_shape(shape)
        , m_file(std::move(file))
        , m_order(
              waitingPlace(path), kWaitingBytes,
              [this](std::uint64_t sample, std::span<const std::byte> values) {
                  return m_file.add(header(m_shape, sample, values.size() / rowBytes(m_shape)), values);
              })
    {
    }

    /// The most that the headers of all samples take.
    static std::uint64_t headerBytes(const Shape& shape)
    {
        const auto rows = static_cast<std::uint64_t>(shape.mostRows);
        const checkpoint::TensorHeader longest
            = header(shape, shape.samples - 1, static_cast<std::size_t>(rows));
        return shape.samples
            * checkpoint::GrowingSafetensors::headerBytes(longest, shape.samples * rows * rowBytes(shape));
    }

    Status add(const std::vector<api::SampleOutput>& samples) override
    {
        for (const api::SampleOutput& sample : samples)
            SIDA_TRY(m_order.add(sample.index, valuesOf(sample)));
        return {};
    }

    Status finish() override
    {
        SIDA_TRY(checkAll(m_path, m_order, m_shape));
        return m_file.commit();
    }

private:
    static std::uint64_t rowBytes(const Shape& shape)
    {
        const std::uint64_t value = shape.task == api::Task::seq2seq ? sizeof(std::int64_t) : sizeof(float);
        return static_cast<std::uint64_t>(shape.width) * value;
    }

    static checkpoint::TensorHeader header(const Shape& shape, std::uint64_t sample, std::size_t rows)
    {
        using checkpoint::StorageType;
        const auto count = static_cast<std::int64_t>(rows);
        switch (shape.task) {
        case api::Task::text:
            return {fmt::format("last_hidden_state.{}", sample), StorageType::f32, {count, shape.width}};
        case api::Task::seq2seq:
            return {fmt::format("generated_ids.{}", sample), StorageType::i64, {count}};
        case api::Task::score:
            return {fmt::format("logits.{}", sample), StorageType::f32, {count, shape.width}};
        default:
            return {fmt::format("logits.{}", sample), StorageType::f32, {shape.width}};
        }
    }

    std::span<const std::byte> valuesOf(const api::SampleOutput& sample)
    {
        switch (m_shape.task) {
        case api::Task::text:
            return std::as_bytes(std::span(sample.hidden));
        case api::Task::seq2seq:
            m_ids.assign(sample.generatedIds.begin(), sample.generatedIds.end());
            return std::as_bytes(std::span(m_ids));
        case api::Task::score:
            return std::as_bytes(std::span(sample.targetLogits));
        default:
            return std::as_bytes(std::span(sample.logits));
        }
    }

    const fs::path m_path;
    const Shape m_shape;
    checkpoint::GrowingSafetensors m_file;
    InOrder m_order;
    std::vector<std::int64_t> m_ids;
};

} // namespace

Result<ResultKind> outputsKind(const fs::path& path)
{
    if (path.extension() == ".safetensors")
        return ResultKind::safetensors;
    if (path.extension() == ".jsonl" || isDevice(path))
        return ResultKind::jsonLines;
    return failure(
        ErrorKind::usage,
        fmt::format("--outputs {}: expected a name that ends in .safetensors or .jsonl", path.string()));
}

OutputsWriter::Shape OutputsWriter::shapeOf(
    const api::ModelInfo& model, const api::DatasetInfo& dataset, const api::RunOptions& options)
{
    Shape shape{dataset.task, dataset.samples};
    switch (dataset.task) {
    case api::Task::text:
        shape.mostRows = dataset.longest;
        shape.width = model.dModel;
        break;
    case api::Task::seq2seq:
        shape.mostRows = options.maxNewTokens;
        break;
    case api::Task::score:
        shape.mostRows = dataset.longestTarget;
        shape.width = model.vocabulary;
        break;
    default:
        shape.width = model.labels;
    }
    shape.mostRows = std::max<std::int64_t>(shape.mostRows, 1);
    shape.width = std::max<std::int64_t>(shape.width, 1);
    return shape;
}

Result<std::unique_ptr<OutputsWriter>>
OutputsWriter::open(const fs::path& path, ResultKind kind, const Shape& shape, std::ostream& out)
{
    if (kind == ResultKind::safetensors) {
        Result<checkpoint::GrowingSafetensors> file
            = checkpoint::GrowingSafetensors::create(path, Tensors::headerBytes(shape));
        if (!file && file.error().kind == ErrorKind::badInput)
            return failure(
                ErrorKind::usage,
                fmt::format(
                    "--outputs {}: {} samples are more than the header of one safetensors file can list; "
                    "write "
                    "to a .jsonl file, or take fewer with --limit",
                    path.string(), units::formatCount(shape.samples)));
        if (!file)
            return failure(file.error());
        return std::make_unique<Tensors>(path, shape, std::move(*file));
    }
    auto lines = std::make_unique<JsonLines>(path, shape);
    SIDA_TRY(isDevice(path) ? lines->toDevice(out) : lines->toFile());
    return lines;
}

} // namespace sida::cli
