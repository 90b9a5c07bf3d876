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
#include <optional>

namespace sida::checkpoint
{

namespace
{

Status checkTensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& sorted)
{
    const auto wrong = [&](const TensorToWrite& tensor, std::string_view what) {
        return failure(
            ErrorKind::internal,
            fmt::format("{}: cannot write tensor {}: {}", path.string(), quote(tensor.name), what));
    };
    std::vector<std::string_view> names;
    for (const TensorToWrite& tensor : sorted) {
        const std::optional<std::uint64_t> bytes = dataBytes(tensor.type, tensor.shape);
        if (!bytes || *bytes != tensor.data.size())
            return wrong(
                tensor,
                fmt::format(
                    "{} bytes do not fit {} {}", tensor.data.size(), name(tensor.type),
                    shapeText(tensor.shape)));
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

std::string
headerText(const std::vector<TensorToWrite>& sorted, const std::map<std::string, std::string>& metadata)
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
    for (const TensorToWrite& tensor : sorted) {
        text += fmt::format(
            R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}},)", jsonText(tensor.name),
            name(tensor.type), fmt::join(tensor.shape, ","), offset, offset + tensor.data.size());
        offset += tensor.data.size();
    }
    if (text.size() > 1)
        text.pop_back();
    text += '}';
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

} // namespace

Status writeSafetensors(
    const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
    const std::map<std::string, std::string>& metadata)
{
    std::sort(tensors.begin(), tensors.end(), [](const TensorToWrite& a, const TensorToWrite& b) {
        return a.type != b.type ? a.type > b.type : a.name < b.name;
    });
    SIDA_TRY(checkTensors(path, tensors));
    const std::string header = headerText(tensors, metadata);
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
        for (const TensorToWrite& tensor : tensors)
            stream.write(
                reinterpret_cast<const char*>(tensor.data.data()),
                static_cast<std::streamsize>(tensor.data.size()));
        return {};
    });
}

} // namespace sida::checkpoint
