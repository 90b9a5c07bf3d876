// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/growing_safetensors.h"

#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/safetensors_header.h"
#include "engine/checkpoint/storage_type.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace sida::checkpoint
{

namespace
{

constexpr std::uint64_t kLengthBytes = 8; ///< of the number that a file begins with
constexpr std::size_t kWriteBytes = 1024 * 1024;

std::string headerEntry(const TensorHeader& tensor, std::uint64_t begin, std::uint64_t end)
{
    return fmt::format(
        R"(,{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", nlohmann::json(tensor.name).dump(),
        name(tensor.type), fmt::join(tensor.shape, ","), begin, end);
}

/// With both braces, at least those; a multiple of 8, so that data lie as the format wants them.
std::uint64_t roomFor(std::uint64_t headerBytes)
{
    return (headerBytes + 2 + 7) / 8 * 8;
}

} // namespace

std::uint64_t GrowingSafetensors::headerBytes(const TensorHeader& tensor, std::uint64_t end)
{
    return headerEntry(tensor, end, end).size();
}

Result<GrowingSafetensors>
GrowingSafetensors::create(const std::filesystem::path& path, std::uint64_t headerBytes)
{
    if (headerBytes > kMaxHeaderBytes || roomFor(headerBytes) > kMaxHeaderBytes)
        return badInput(fmt::format(
            "{}: the header would take {} bytes, a safetensors file may have at most {}; write fewer tensors "
            "to one file",
            path.string(), headerBytes, kMaxHeaderBytes));
    SIDA_TRY_ASSIGN(GrowingFile file, GrowingFile::create(path));
    return GrowingSafetensors(std::move(file), path, roomFor(headerBytes));
}

GrowingSafetensors::GrowingSafetensors(GrowingFile file, std::filesystem::path path, std::uint64_t room)
    : m_file(std::move(file))
    , m_path(std::move(path))
    , m_header{kLengthBytes}
    , m_data{kLengthBytes + room}
    , m_dataBegin(kLengthBytes + room)
{
}

Status GrowingSafetensors::add(const TensorHeader& tensor, std::span<const std::byte> data)
{
    if (dataBytes(tensor.type, tensor.shape) != data.size())
        return failure(
            ErrorKind::internal,
            fmt::format(
                "{}: cannot write tensor {}: {} bytes do not fit {} {}", m_path.string(), quote(tensor.name),
                data.size(), name(tensor.type), shapeText(tensor.shape)));
    const std::uint64_t begin = m_data.end - m_dataBegin;
    std::string entry = headerEntry(tensor, begin, begin + data.size());
    if (m_empty)
        entry.front() = '{';
    if (m_header.end + entry.size() + 1 > m_dataBegin)
        return failure(
            ErrorKind::internal,
            fmt::format("{}: the header has no room for tensor {}", m_path.string(), quote(tensor.name)));
    m_empty = false;
    SIDA_TRY(append(m_header, std::as_bytes(std::span(entry))));
    return append(m_data, data);
}

Status GrowingSafetensors::commit()
{
    std::string rest(m_empty ? "{}" : "}");
    rest.resize(static_cast<std::size_t>(m_dataBegin - m_header.end), ' ');
    SIDA_TRY(append(m_header, std::as_bytes(std::span(rest))));
    SIDA_TRY(flush(m_header));
    SIDA_TRY(flush(m_data));
    const std::uint64_t length = m_dataBegin - kLengthBytes;
    std::array<std::byte, kLengthBytes> number{};
    std::memcpy(number.data(), &length, number.size()); // little-endian, as the format and this machine are
    SIDA_TRY(m_file.writeAt(0, number));
    return m_file.commit();
}

Status GrowingSafetensors::append(Place& place, std::span<const std::byte> bytes)
{
    place.end += bytes.size();
    while (place.waiting.size() + bytes.size() >= kWriteBytes) {
        const std::size_t part = std::min(bytes.size(), kWriteBytes - place.waiting.size());
        place.waiting.insert(
            place.waiting.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
        bytes = bytes.subspan(part);
        const std::uint64_t at = place.end - bytes.size() - place.waiting.size();
        SIDA_TRY(m_file.writeAt(at, place.waiting));
        place.waiting.clear();
    }
    place.waiting.insert(place.waiting.end(), bytes.begin(), bytes.end());
    return {};
}

Status GrowingSafetensors::flush(Place& place)
{
    SIDA_TRY(m_file.writeAt(place.end - place.waiting.size(), place.waiting));
    place.waiting.clear();
    return {};
}

} // namespace sida::checkpoint
