// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"
#include "engine/dataset/columns.h"
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
    /// Looks at the first row's keys.
    Status readFirst();
    Result<std::optional<Row>> next() override;
    std::optional<api::Task> suggestedTask() const override { return m_suggested; }
    bool hasTargets() const override { return m_hasTargets; }

private:
    std::string place() const { return fmt::format("{}: line {}", m_reader.where(), m_reader.line()); }
    tl::unexpected<Error> wrong(std::string_view key, std::string_view expected, const Json& value) const
    {
        return badInput(fmt::format("{}, {}: expected {}, found {}", place(), key, expected, found(value)));
    }
    Result<std::optional<Json>> nextObject();
    Result<Row> row(const Json& object) const;
    Status readLabel(const Json& object, const std::string& name, Row& row) const;
    Result<std::vector<std::int64_t>> ids(std::string_view key, const Json& value) const;
    Result<std::optional<std::string>> text(const Json& object, std::string_view key) const;
    Status readText(const Json& object, Row& row) const;

    Status startPassage(Json object);
    Result<std::optional<Row>> nextAnswer();
    Result<const Json*>
    member(const Json& object, const std::string& path, const char* key, bool isArray) const;

    LineReader& m_reader;
    std::optional<Json> m_first; ///< read ahead
    std::optional<api::Task> m_suggested;
    bool m_hasTargets = false;

    // MultiRC as SuperGLUE ships it: a line is a passage with questions, each with answers, and each answer a
    // sample. They are made one by one: a passage may be long and its answers many.
    Json m_passage;
    std::size_t m_question = 0;
    std::size_t m_answer = 0;
};

Result<std::optional<Json>> JsonLines::nextObject()
{
    if (m_first)
        return std::exchange(m_first, std::nullopt);
    while (true) {
        SIDA_TRY_ASSIGN(const std::optional<std::string> line, m_reader.next());
        if (!line)
            return std::optional<Json>();
        const std::size_t begin = line->find_first_not_of(" \t\r");
        if (begin == std::string::npos)
            continue;
        if ((*line)[begin] == '[')
            return badInput(fmt::format(
                "{}: expected one object a line (JSON Lines), found an array; write each sample on a line of "
                "its own",
                place()));
        SIDA_TRY_ASSIGN(Json object, checkpoint::parseJson(*line, place()));
        if (!object.is_object())
            return badInput(fmt::format("{}: expected an object, found {}", place(), found(object)));
        return std::optional(std::move(object));
    }
}

Status JsonLines::readFirst()
{
    SIDA_TRY_ASSIGN(m_first, nextObject());
    if (!m_first)
        return {};
    const auto has = [&](std::string_view key) { return m_first->contains(key); };
    m_hasTargets = has(kTargetColumn) || has(kTargetIdsKey);
    if (has(kMultircKey) || (has("paragraph") && has("question") && has("answer")))
        m_suggested = api::Task::multirc;
    else if (has("premise") && has("hypothesis"))
        m_suggested = api::Task::rte;
    return {};
}

Result<std::optional<Row>> JsonLines::next()
{
    while (true) {
        if (!m_passage.is_null()) {
            SIDA_TRY_ASSIGN(std::optional<Row> answer, nextAnswer());
            if (answer)
                return answer;
        }
        SIDA_TRY_ASSIGN(std::optional<Json> object, nextObject());
        if (!object)
            return std::optional<Row>();
        if (object->contains(kMultircKey) && !object->contains(kIdsKey)) {
            SIDA_TRY(startPassage(std::move(*object)));
            continue;
        }
        SIDA_TRY_ASSIGN(Row result, row(*object));
        return std::optional(std::move(result));
    }
}

Result<Row> JsonLines::row(const Json& object) const
{
    Row row;
    row.line = m_reader.line();
    SIDA_TRY(readLabel(object, "label", row));
    if (const auto value = object.find(kTargetIdsKey); value != object.end() && !value->is_null()) {
        SIDA_TRY_ASSIGN(row.targetIds, ids(kTargetIdsKey, *value));
    }
    SIDA_TRY_ASSIGN(row.target, text(object, kTargetColumn));
    if (const auto value = object.find(kIdsKey); value != object.end()) {
        SIDA_TRY_ASSIGN(row.ids, ids(kIdsKey, *value));
        return row;
    }
    SIDA_TRY(readText(object, row));
    return row;
}

/// `name` is where the object's label stands, for messages.
Status JsonLines::readLabel(const Json& object, const std::string& name, Row& row) const
{
    const auto label = object.find(kLabelColumn);
    if (label == object.end() || label->is_null())
        return {};
    row.labelColumn = name;
    if (label->is_string()) {
        row.labelName = label->get<std::string>();
        return {};
    }
    row.label = integer(*label);
    if (!row.label)
        return wrong(name, "an integer", *label);
    return {};
}

Result<std::vector<std::int64_t>> JsonLines::ids(std::string_view key, const Json& value) const
{
    if (!value.is_array())
        return wrong(key, "an array of integers", value);
    std::vector<std::int64_t> result;
    result.reserve(value.size());
    for (const Json& item : value) {
        const std::optional<std::int64_t> id = integer(item);
        if (!id)
            return wrong(fmt::format("{}[{}]", key, result.size()), "an integer", item);
        result.push_back(*id);
    }
    return result;
}

/// Nothing where the key is absent or null.
Result<std::optional<std::string>> JsonLines::text(const Json& object, std::string_view key) const
{
    const auto value = object.find(key);
    if (key.empty() || value == object.end() || value->is_null())
        return std::optional<std::string>();
    if (!value->is_string())
        return wrong(key, "a string", *value);
    return std::optional(value->get<std::string>());
}

Status JsonLines::readText(const Json& object, Row& row) const
{
    for (const TextColumns& names : kTextColumns) {
        const auto first = object.find(names.first);
        if (first == object.end())
            continue;
        if (!first->is_string())
            return wrong(names.first, "a string", *first);
        row.text = first->get<std::string>();
        row.textColumn = names.first;
        SIDA_TRY_ASSIGN(row.second, text(object, names.second));
        SIDA_TRY_ASSIGN(const std::optional<std::string> third, text(object, names.third));
        if (row.second && third)
            *row.second += ' ' + *third;
        return {};
    }
    std::string keys;
    for (const auto& [key, value] : object.items()) {
        if (keys.size() < 200)
            keys += (keys.empty() ? "" : ", ") + checkpoint::quote(key, 40);
    }
    return badInput(fmt::format(
        "{}: expected sentence, text or input_ids, found {}", place(),
        keys.empty() ? "an empty object" : "only " + keys));
}

/// A part of MultiRC's nested objects.
Result<const Json*>
JsonLines::member(const Json& object, const std::string& path, const char* key, bool isArray) const
{
    if (!object.is_object())
        return wrong(path, "an object", object);
    const std::string name = path + '.' + key;
    const auto value = object.find(key);
    if (value == object.end())
        return badInput(fmt::format(
            "{}, {}: expected {}, found nothing", place(), name, isArray ? "an array" : "a string"));
    if (isArray ? !value->is_array() : !value->is_string())
        return wrong(name, isArray ? "an array" : "a string", *value);
    return &*value;
}

Status JsonLines::startPassage(Json object)
{
    m_passage = std::move(object[std::string(kMultircKey)]);
    m_question = m_answer = 0;
    SIDA_TRY(member(m_passage, "passage", "text", false));
    SIDA_TRY(member(m_passage, "passage", "questions", true));
    return {};
}

/// Nothing, and no passage any more, after its last answer.
Result<std::optional<Row>> JsonLines::nextAnswer()
{
    const Json& questions = m_passage["questions"];
    for (; m_question < questions.size(); ++m_question, m_answer = 0) {
        const std::string path = fmt::format("passage.questions[{}]", m_question);
        SIDA_TRY_ASSIGN(const Json* question, member(questions[m_question], path, "question", false));
        SIDA_TRY_ASSIGN(const Json* answers, member(questions[m_question], path, "answers", true));
        if (m_answer == answers->size())
            continue;
        const std::string answerPath = fmt::format("{}.answers[{}]", path, m_answer);
        SIDA_TRY_ASSIGN(const Json* answer, member((*answers)[m_answer], answerPath, "text", false));
        Row row;
        row.line = m_reader.line();
        row.textColumn = "passage.text";
        row.text = m_passage["text"].get<std::string>();
        row.second = question->get<std::string>() + ' ' + answer->get<std::string>();
        SIDA_TRY(readLabel((*answers)[m_answer], answerPath + ".label", row));
        ++m_answer;
        return std::optional(std::move(row));
    }
    m_passage = Json();
    return std::optional<Row>();
}

} // namespace

Result<std::unique_ptr<RowSource>> openJsonLines(LineReader& reader)
{
    auto source = std::make_unique<JsonLines>(reader);
    SIDA_TRY(source->readFirst());
    return source;
}

} // namespace sida::dataset
