// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"
#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/checkpoint/safetensors_header.h"
#include "engine/checkpoint/storage_type.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

namespace sida::checkpoint
{

namespace
{

std::uint64_t bytesOf(const TensorHeader& tensor)
{
    return dataBytes(tensor.type, tensor.shape).value_or(0);
}

Status checkTensors(const std::filesystem::path& path, const std::vector<TensorHeader>& tensors)
{
    const auto wrong = [&](const TensorHeader& tensor, std::string_view what) {
        return failure(
            ErrorKind::internal,
            fmt::format("{}: cannot write tensor {}: {}", path.string(), quote(tensor.name), what));
    };
    std::vector<std::string_view> names;
    for (const TensorHeader& tensor : tensors) {
        if (!dataBytes(tensor.type, tensor.shape))
            return wrong(
                tensor, fmt::format("{} {} has no size", name(tensor.type), shapeText(tensor.shape)));
        if (tensor.name == "__metadata__" || findInvalidUtf8(tensor.name) != std::string_view::npos)
            return wrong(tensor, "the format does not allow this name");
        names.push_back(tensor.name);
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
        return failure(
            ErrorKind::internal,
            fmt::format("{}: cannot write two tensors named {}", path.string(), quote(*twice)));
    return {};
}

/// JSON text of a string; bytes that are not UTF-8 (from a foreign file's metadata) become U+FFFD.
std::string jsonText(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Indices in the order of the file.
std::vector<std::size_t> orderOf(const std::vector<TensorHeader>& tensors)
{
    std::vector<std::size_t> order(tensors.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const TensorHeader& first = tensors[a];
        const TensorHeader& second = tensors[b];
        return first.type != second.type ? first.type > second.type : first.name < second.name;
    });
    return order;
}

std::string headerText(
    const std::vector<TensorHeader>& tensors, const std::vector<std::size_t>& order,
    const std::map<std::string, std::string>& metadata)
{
    std::string text = "{";
    if (!metadata.empty()) {
        text += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata)
            text += jsonText(key) + ':' + jsonText(value) + ',';
        text.back() = '}';
        text += ',';
    }
    std::uint64_t offset = 0;
    for (const std::size_t index : order) {
        const TensorHeader& tensor = tensors[index];
        const std::uint64_t end = offset + bytesOf(tensor);
        text += fmt::format(
            R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}},)", jsonText(tensor.name),
            name(tensor.type), fmt::join(tensor.shape, ","), offset, end);
        offset = end;
    }
    if (text.size() > 1)
        text.pop_back();
    text += '}';
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

} // namespace

Status streamSafetensors(
    const std::filesystem::path& path, const std::vector<TensorHeader>& tensors,
    const std::map<std::string, std::string>& metadata, const WriteTensor& write)
{
    SIDA_TRY(checkTensors(path, tensors));
    const std::vector<std::size_t> order = orderOf(tensors);
    const std::string header = headerText(tensors, order, metadata);
    if (header.size() > kMaxHeaderBytes)
        return badInput(fmt::format(
            "{}: the header would have {} bytes, at most {} are allowed; write fewer tensors to one file",
            path.string(), header.size(), kMaxHeaderBytes));
    return writeFileAtomically(path, [&](std::ostream& stream) -> Status {
        std::array<char, 8> length{};
        const std::uint64_t headerBytes = header.size();
        std::memcpy(length.data(), &headerBytes, length.size());
        stream.write(length.data(), length.size());
        stream.write(header.data(), static_cast<std::streamsize>(header.size()));
        for (const std::size_t index : order)
            SIDA_TRY(write(index, stream));
        return {};
    });
}

Status writeSafetensors(
    const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
    const std::map<std::string, std::string>& metadata)
{
    std::vector<TensorHeader> headers;
    for (TensorToWrite& tensor : tensors) {
        const TensorHeader& header = headers.emplace_back(
            TensorHeader{std::move(tensor.name), tensor.type, std::move(tensor.shape)});
        if (dataBytes(header.type, header.shape) != tensor.data.size())
            return failure(
                ErrorKind::internal,
                fmt::format(
                    "{}: cannot write tensor {}: {} bytes do not fit {} {}", path.string(),
                    quote(header.name), tensor.data.size(), name(header.type), shapeText(header.shape)));
    }
    return streamSafetensors(path, headers, metadata, [&](std::size_t index, std::ostream& stream) -> Status {
        const std::span<const std::byte> data = tensors[index].data;
        stream.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
        return {};
    });
}

} // namespace sida::checkpoint
