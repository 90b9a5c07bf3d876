// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/json.h"

#include "engine/checkpoint/quote.h"

#include <cstdint>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace sida::checkpoint
{

namespace
{

using Json = nlohmann::json;

/// Builds the value itself, because the library's own builder keeps the last of two equal keys in silence.
class StrictBuilder
{
public:
    // The names are those of the library's SAX interface.
    bool null() { return put(Json(nullptr)); }
    bool boolean(bool value) { return put(Json(value)); }
    bool number_integer(std::int64_t value) { return put(Json(value)); }
    bool number_unsigned(std::uint64_t value) { return put(Json(value)); }
    bool number_float(double value, const std::string&) { return put(Json(value)); }
    bool string(std::string& value) { return put(Json(std::move(value))); }
    bool binary(Json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& value)
    {
        if (m_open.back()->contains(value)) {
            m_error = fmt::format("the key {} stands twice in one object", quote(value));
            return false;
        }
        m_key = std::move(value);
        return true;
    }
    bool parse_error(std::size_t position, const std::string& token, const Json::exception&)
    {
        m_error = fmt::format("not valid JSON at byte {}, near {}", position, quote(token, 20));
        return false;
    }

    const std::string& error() const { return m_error; }
    Json takeValue() { return std::move(m_root); }

private:
    Json* place(Json value)
    {
        if (m_open.empty()) {
            m_root = std::move(value);
            return &m_root;
        }
        if (m_open.back()->is_array()) {
            m_open.back()->push_back(std::move(value));
            return &m_open.back()->back();
        }
        Json& member = (*m_open.back())[m_key];
        member = std::move(value);
        return &member;
    }
    bool put(Json value)
    {
        place(std::move(value));
        return true;
    }
    bool open(Json container)
    {
        if (m_open.size() >= static_cast<std::size_t>(kMaxJsonDepth)) {
            m_error = fmt::format("nested deeper than {} levels", kMaxJsonDepth);
            return false;
        }
        // Only the innermost container grows, so the pointers to the outer ones stay valid.
        m_open.push_back(place(std::move(container)));
        return true;
    }
    bool close()
    {
        m_open.pop_back();
        return true;
    }

    Json m_root;
    std::vector<Json*> m_open;
    std::string m_key;
    std::string m_error;
};

} // namespace

Result<Json> parseJson(std::string_view text, const std::string& where)
{
    // The library takes a NUL byte for the end of the text.
    if (const std::size_t at = text.find('\0'); at != std::string_view::npos)
        return badInput(fmt::format("{}: not valid JSON at byte {}, a NUL", where, at + 1));
    StrictBuilder builder;
    if (!Json::sax_parse(text.begin(), text.end(), &builder))
        return badInput(fmt::format("{}: {}", where, builder.error()));
    return builder.takeValue();
}

std::string_view kindOf(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::null:
        return "null";
    case Json::value_t::object:
        return "an object";
    case Json::value_t::array:
        return "an array";
    case Json::value_t::string:
        return "a string";
    case Json::value_t::boolean:
        return "true or false";
    case Json::value_t::number_float:
        return "a number with a fraction or exponent";
    default:
        return "a number";
    }
}

} // namespace sida::checkpoint
