// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/safetensors_header.h"

#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/storage_type.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace sida::checkpoint
{

namespace
{

/// No tensor library has more dimensions; without a bound a header could be one endless shape.
constexpr std::size_t kMaxRank = 64;

/// Reads the header token by token, so that no tree of a header of 100 MB ever stands in memory.
class HeaderReader
{
public:
    explicit HeaderReader(std::uint64_t dataBegin)
        : m_dataBegin(dataBegin)
    {
    }

    // The names are those of the JSON library's SAX interface.
    bool null() { return skipping() || (m_open == 1 && m_inMetadata) || unexpected("null"); }
    bool boolean(bool) { return skipping() || unexpected("true or false"); }
    bool number_integer(std::int64_t value)
    {
        return skipping() || unexpected(fmt::format("the number {}", value));
    }
    bool number_float(double, const std::string& text)
    {
        return skipping() || unexpected(fmt::format("the number {}", quote(text, 30)));
    }
    bool number_unsigned(std::uint64_t value);
    bool string(std::string& value);
    bool binary(nlohmann::json::binary_t&) { return false; }
    bool start_object(std::size_t);
    bool start_array(std::size_t);
    bool key(std::string& value);
    bool end_object();
    bool end_array();
    bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception&)
    {
        return fail(fmt::format("is not valid JSON at byte {}, near {}", position, quote(token, 20)));
    }

    const std::string& error() const { return m_error; }
    SafetensorsHeader takeHeader() { return std::move(m_header); }

private:
    enum class Field { none, type, shape, offsets, other };

    /// Inside a field this version does not know; such fields are allowed, as in the reference.
    bool skipping() const { return m_open >= 2 && !m_inMetadata && m_field == Field::other; }
    bool fail(std::string what)
    {
        m_error = std::move(what);
        return false;
    }
    bool unexpected(std::string_view found);
    std::string_view expected() const;
    bool finishEntry();
    bool openLevel()
    {
        if (m_open >= kMaxJsonDepth)
            return fail(fmt::format("is nested deeper than {} levels", kMaxJsonDepth));
        ++m_open;
        return true;
    }

    std::uint64_t m_dataBegin;
    SafetensorsHeader m_header;
    std::string m_error;
    int m_open = 0; ///< open objects and arrays
    bool m_inMetadata = false;
    bool m_hasMetadata = false;
    std::string m_metadataKey;
    Field m_field = Field::none;
    TensorEntry m_entry;
    bool m_hasType = false;
    bool m_hasShape = false;
    std::vector<std::uint64_t> m_offsets;
    bool m_hasOffsets = false;
};

std::string_view HeaderReader::expected() const
{
    if (m_open == 0)
        return "an object of tensors";
    if (m_open == 1)
        return "an object";
    if (m_inMetadata)
        return "a string";
    if (m_field == Field::type)
        return "the name of a type";
    return m_open == 2 ? "an array" : "a number of zero or more";
}

bool HeaderReader::unexpected(std::string_view found)
{
    std::string place = "begins with";
    if (m_open > 0 && m_inMetadata)
        place = "has in __metadata__";
    else if (m_open > 0)
        place = fmt::format("has for tensor {}", quote(m_entry.name));
    if (m_field == Field::type)
        place += ", dtype,";
    else if (m_field == Field::shape)
        place += ", shape,";
    else if (m_field == Field::offsets)
        place += ", data_offsets,";
    return fail(fmt::format("{} {}, expected {}", place, found, expected()));
}

bool HeaderReader::number_unsigned(std::uint64_t value)
{
    if (skipping())
        return true;
    const bool isItem = m_open == 3 && !m_inMetadata;
    if (isItem && m_field == Field::shape) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
            || m_entry.shape.size() >= kMaxRank)
            return fail(fmt::format(
                "has for tensor {} a shape that no tensor can have (more than {} dimensions, or one of {})",
                quote(m_entry.name), kMaxRank, value));
        m_entry.shape.push_back(static_cast<std::int64_t>(value));
        return true;
    }
    if (isItem && m_field == Field::offsets && m_offsets.size() < 2) {
        m_offsets.push_back(value);
        return true;
    }
    return unexpected(fmt::format("the number {}", value));
}

bool HeaderReader::string(std::string& value)
{
    if (skipping())
        return true;
    if (m_open == 2 && m_inMetadata) {
        m_header.metadata.emplace(std::move(m_metadataKey), std::move(value));
        return true;
    }
    if (m_open != 2 || m_field != Field::type)
        return unexpected(fmt::format("the string {}", quote(value, 30)));
    const std::optional<StorageType> type = storageType(value);
    if (!type)
        return fail(fmt::format(
            "has for tensor {} the unknown type {}; expected one of the safetensors format, such as F32 or "
            "BF16",
            quote(m_entry.name), quote(value, 30)));
    m_entry.type = *type;
    return true;
}

bool HeaderReader::start_object(std::size_t)
{
    if (skipping())
        return openLevel();
    if (m_open >= 2)
        return unexpected("an object");
    return openLevel();
}

bool HeaderReader::start_array(std::size_t)
{
    if (skipping())
        return openLevel();
    if (m_open != 2 || m_inMetadata || (m_field != Field::shape && m_field != Field::offsets))
        return unexpected("an array");
    return openLevel();
}

bool HeaderReader::key(std::string& value)
{
    if (m_open == 1) {
        m_inMetadata = value == "__metadata__";
        if (m_inMetadata && std::exchange(m_hasMetadata, true))
            return fail("has __metadata__ twice");
        m_entry = TensorEntry{};
        m_entry.name = std::move(value);
        m_field = Field::none;
        m_hasType = m_hasShape = m_hasOffsets = false;
        m_offsets.clear();
        return true;
    }
    if (m_inMetadata) {
        if (m_header.metadata.contains(value))
            return fail(fmt::format("has the key {} of __metadata__ twice", quote(value)));
        m_metadataKey = std::move(value);
        return true;
    }
    if (m_open > 2)
        return true;
    m_field = value == "dtype"    ? Field::type
        : value == "shape"        ? Field::shape
        : value == "data_offsets" ? Field::offsets
                                  : Field::other;
    if (m_field == Field::other)
        return true;
    bool& seen = m_field == Field::type ? m_hasType : m_field == Field::shape ? m_hasShape : m_hasOffsets;
    if (seen)
        return fail(fmt::format("has {} of tensor {} twice", value, quote(m_entry.name)));
    seen = true;
    return true;
}

bool HeaderReader::end_object()
{
    --m_open;
    return m_open != 1 || m_inMetadata || finishEntry();
}

bool HeaderReader::end_array()
{
    --m_open;
    return true;
}

bool HeaderReader::finishEntry()
{
    const std::string_view missing = !m_hasType ? "dtype" : !m_hasShape ? "shape" : "data_offsets";
    if (!m_hasType || !m_hasShape || !m_hasOffsets)
        return fail(fmt::format("has no {} for tensor {}", missing, quote(m_entry.name)));
    if (m_offsets.size() != 2)
        return fail(fmt::format(
            "has {} data_offsets for tensor {}, expected [begin, end]", m_offsets.size(),
            quote(m_entry.name)));
    if (__builtin_add_overflow(m_offsets[0], m_dataBegin, &m_entry.begin)
        || __builtin_add_overflow(m_offsets[1], m_dataBegin, &m_entry.end) || m_entry.end < m_entry.begin)
        return fail(fmt::format(
            "has for tensor {} the data_offsets [{}, {}], which are no range of bytes", quote(m_entry.name),
            m_offsets[0], m_offsets[1]));
    m_entry.shape.shrink_to_fit();
    m_header.tensors.push_back(std::move(m_entry));
    return true;
}

Status checkLayout(const SafetensorsHeader& header, std::uint64_t dataBegin, std::uint64_t fileBytes)
{
    std::uint64_t expectedBegin = dataBegin;
    for (const TensorEntry& entry : header.tensors) {
        const std::optional<std::uint64_t> bytes = dataBytes(entry.type, entry.shape);
        if (!bytes)
            return badInput(fmt::format(
                "has for tensor {} a shape {} whose size does not fill whole bytes or overflows",
                quote(entry.name), shapeText(entry.shape)));
        if (entry.end - entry.begin != *bytes)
            return badInput(fmt::format(
                "gives tensor {} {} bytes, expected {} for {} {}", quote(entry.name), entry.end - entry.begin,
                *bytes, name(entry.type), shapeText(entry.shape)));
        if (entry.begin != expectedBegin)
            return badInput(fmt::format(
                "puts tensor {} at byte {}, expected {}: the data must have no gap and no overlap",
                quote(entry.name), entry.begin, expectedBegin));
        expectedBegin = entry.end;
    }
    if (expectedBegin != fileBytes)
        return badInput(fmt::format(
            "describes a file of {} bytes, found {}: it was cut off or something was added; copy it again",
            expectedBegin, fileBytes));
    return {};
}

Status sortByName(SafetensorsHeader& header)
{
    header.byName.resize(header.tensors.size());
    std::iota(header.byName.begin(), header.byName.end(), 0u);
    std::sort(header.byName.begin(), header.byName.end(), [&](std::uint32_t a, std::uint32_t b) {
        return header.tensors[a].name < header.tensors[b].name;
    });
    const auto twice = std::adjacent_find(
        header.byName.begin(), header.byName.end(),
        [&](std::uint32_t a, std::uint32_t b) { return header.tensors[a].name == header.tensors[b].name; });
    if (twice != header.byName.end())
        return badInput(fmt::format("has the tensor {} twice", quote(header.tensors[*twice].name)));
    return {};
}

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(
    std::string_view text, std::uint64_t dataBegin, std::uint64_t fileBytes, const std::string& where)
{
    const auto wrong
        = [&](const std::string& what) { return badInput(fmt::format("{}: the header {}", where, what)); };
    if (text.empty() || text.front() != '{')
        return wrong("does not begin with '{'; this is no safetensors file");
    // The JSON library takes a NUL byte for the end of the text.
    if (const std::size_t at = text.find('\0'); at != std::string_view::npos)
        return wrong(fmt::format("is not valid JSON at byte {}, a NUL", at + 1));
    HeaderReader reader(dataBegin);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader))
        return wrong(reader.error());
    SafetensorsHeader header = reader.takeHeader();
    std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    if (const Status unique = sortByName(header); !unique)
        return wrong(unique.error().message);
    if (const Status layout = checkLayout(header, dataBegin, fileBytes); !layout)
        return wrong(layout.error().message);
    return header;
}

} // namespace sida::checkpoint
