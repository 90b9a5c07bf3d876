// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"
#include "engine/dataset/row_source.h"

#include <fmt/format.h>
#include <limits>

namespace sida::dataset
{

namespace
{

using Json = nlohmann::json;

/// What stands there, for messages: numbers and strings themselves, else the kind of value.
std::string found(const Json& value)
{
    if (value.is_string())
        return "the string " + checkpoint::quote(value.get_ref<const std::string&>(), 40);
    if (value.is_number())
        return value.dump();
    return std::string(checkpoint::kindOf(value));
}

std::optional<std::int64_t> integer(const Json& value)
{
    if (!value.is_number_integer())
        return std::nullopt;
    if (value.is_number_unsigned()
        && value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        return std::nullopt;
    return value.get<std::int64_t>();
}

class JsonLines final : public RowSource
{
public:
    explicit JsonLines(LineReader& reader)
        : m_reader(reader)
    {
    }
    Result<std::optional<Row>> next() override;

private:
    std::string place() const { return fmt::format("{}: line {}", m_reader.where(), m_reader.line()); }
    tl::unexpected<Error> wrong(std::string_view key, std::string_view expected, const Json& value) const
    {
        return badInput(fmt::format("{}, {}: expected {}, found {}", place(), key, expected, found(value)));
    }
    Result<Row> row(const Json& object) const;
    Result<std::vector<std::int64_t>> ids(const Json& value) const;
    Status readText(const Json& object, Row& row) const;

    LineReader& m_reader;
};

Result<std::optional<Row>> JsonLines::next()
{
    while (true) {
        SIDA_TRY_ASSIGN(const std::optional<std::string> line, m_reader.next());
        if (!line)
            return std::optional<Row>();
        const std::size_t begin = line->find_first_not_of(" \t\r");
        if (begin == std::string::npos)
            continue;
        if ((*line)[begin] == '[')
            return badInput(fmt::format(
                "{}: expected one object a line (JSON Lines), found an array; write each sample on a line of "
                "its "
                "own",
                place()));
        SIDA_TRY_ASSIGN(const Json object, checkpoint::parseJson(*line, place()));
        if (!object.is_object())
            return badInput(fmt::format("{}: expected an object, found {}", place(), found(object)));
        SIDA_TRY_ASSIGN(Row result, row(object));
        return std::optional(std::move(result));
    }
}

Result<Row> JsonLines::row(const Json& object) const
{
    Row row;
    row.line = m_reader.line();
    if (const auto label = object.find("label"); label != object.end() && !label->is_null()) {
        row.label = integer(*label);
        if (!row.label)
            return wrong("label", "an integer", *label);
    }
    if (const auto value = object.find("input_ids"); value != object.end()) {
        SIDA_TRY_ASSIGN(row.ids, ids(*value));
        return row;
    }
    SIDA_TRY(readText(object, row));
    return row;
}

Result<std::vector<std::int64_t>> JsonLines::ids(const Json& value) const
{
    if (!value.is_array())
        return wrong("input_ids", "an array of integers", value);
    std::vector<std::int64_t> result;
    result.reserve(value.size());
    for (const Json& item : value) {
        const std::optional<std::int64_t> id = integer(item);
        if (!id)
            return wrong(fmt::format("input_ids[{}]", result.size()), "an integer", item);
        result.push_back(*id);
    }
    return result;
}

Status JsonLines::readText(const Json& object, Row& row) const
{
    for (const char* key : {"sentence", "text", "sentence1"}) {
        const auto text = object.find(key);
        if (text == object.end())
            continue;
        if (!text->is_string())
            return wrong(key, "a string", *text);
        row.text = text->get<std::string>();
        row.textColumn = key;
        break;
    }
    if (!row.text) {
        std::string keys;
        for (const auto& [key, value] : object.items()) {
            if (keys.size() < 200)
                keys += (keys.empty() ? "" : ", ") + checkpoint::quote(key, 40);
        }
        return badInput(fmt::format(
            "{}: expected sentence, text or input_ids, found {}", place(),
            keys.empty() ? "an empty object" : "only " + keys));
    }
    if (const auto second = object.find("sentence2"); second != object.end() && !second->is_null()) {
        if (!second->is_string())
            return wrong("sentence2", "a string", *second);
        row.second = second->get<std::string>();
    }
    return {};
}

} // namespace

std::unique_ptr<RowSource> openJsonLines(LineReader& reader)
{
    return std::make_unique<JsonLines>(reader);
}

} // namespace sida::dataset
