// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/pickle.h"

#include "engine/checkpoint/quote.h"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <optional>

namespace sida::checkpoint
{

namespace
{

using Index = PickleValues::Index;
using Kind = PickleValues::Kind;

/// A tensor takes some 15 values, and the largest published models have 120,000 tensors.
constexpr std::size_t kMostValues = 8'000'000;
constexpr int kNewestProtocol = 5;

struct KnownGlobal {
    std::string_view module, name;
    PickleGlobal global;
};

constexpr std::array<KnownGlobal, 13> kGlobals{{
    {"collections", "OrderedDict", PickleGlobal::orderedDict},
    {"torch._utils", "_rebuild_tensor_v2", PickleGlobal::rebuildTensor},
    {"torch._utils", "_rebuild_parameter", PickleGlobal::rebuildParameter},
    {"torch", "DoubleStorage", PickleGlobal::doubleStorage},
    {"torch", "FloatStorage", PickleGlobal::floatStorage},
    {"torch", "HalfStorage", PickleGlobal::halfStorage},
    {"torch", "BFloat16Storage", PickleGlobal::bfloat16Storage},
    {"torch", "LongStorage", PickleGlobal::longStorage},
    {"torch", "IntStorage", PickleGlobal::intStorage},
    {"torch", "ShortStorage", PickleGlobal::shortStorage},
    {"torch", "CharStorage", PickleGlobal::charStorage},
    {"torch", "ByteStorage", PickleGlobal::byteStorage},
    {"torch", "BoolStorage", PickleGlobal::boolStorage},
}};

} // namespace

/// A stack machine without a single instruction that could do harm.
class PickleReader
{
public:
    PickleReader(std::string_view bytes, const std::string& where)
        : m_bytes(bytes)
        , m_where(where)
    {
        m_values.m_bytes = bytes;
    }

    Result<PickleValues> run()
    {
        while (!m_stopped)
            SIDA_TRY(step());
        return std::move(m_values);
    }

private:
    tl::unexpected<Error> wrong(std::string_view what) const
    {
        return badInput(fmt::format("{}: {} (byte {} of the pickle)", m_where, what, m_opcodeAt));
    }

    Status step();
    Status call();
    Status build();
    Status putPairs(bool all);
    Status append(bool all);
    Status refer(std::string_view module, std::string_view name);
    Status global();
    Status stackGlobal();
    Status text(int lengthBytes);
    Status longInteger();
    Status real();
    Status tuple(std::size_t count);
    Status markedTuple();
    Status persistent();
    Status remember(std::uint64_t slot);
    Status recall(std::uint64_t slot);

    Result<std::uint64_t> unsignedNumber(int bytes)
    {
        SIDA_TRY_ASSIGN(const std::string_view raw, take(static_cast<std::uint64_t>(bytes)));
        std::uint64_t value = 0;
        std::memcpy(&value, raw.data(), raw.size());
        return value;
    }
    Result<std::string_view> take(std::uint64_t count)
    {
        if (count > m_bytes.size() - m_at)
            return wrong("the pickle ends in the middle of a value; the file was cut off");
        const std::string_view taken = m_bytes.substr(m_at, count);
        m_at += count;
        return taken;
    }
    Result<std::string_view> line()
    {
        const std::size_t end = m_bytes.find('\n', m_at);
        if (end == std::string_view::npos)
            return wrong("the pickle ends in the middle of a name; the file was cut off");
        const std::string_view taken = m_bytes.substr(m_at, end - m_at);
        m_at = end + 1;
        return taken;
    }

    Status push(PickleValues::Value value)
    {
        if (m_values.m_values.size() >= kMostValues)
            return wrong("the pickle holds more values than any model needs");
        m_values.m_values.push_back(value);
        m_stack.push_back(static_cast<Index>(m_values.m_values.size() - 1));
        return {};
    }
    Status push(Kind kind, std::int64_t number = 0) { return push({.kind = kind, .number = number}); }
    Status pushItems(Kind kind, std::vector<Index> items)
    {
        m_values.m_items.push_back(std::move(items));
        return push(kind, static_cast<std::int64_t>(m_values.m_items.size() - 1));
    }

    /// How many values lie above the topmost mark, or on the whole stack.
    std::size_t available() const { return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back()); }
    Result<Index> pop()
    {
        if (available() == 0)
            return wrong("a value is missing from the stack");
        const Index top = m_stack.back();
        m_stack.pop_back();
        return top;
    }
    Result<std::vector<Index>> popToMark()
    {
        if (m_marks.empty())
            return wrong("a mark is missing from the stack");
        std::vector<Index> items(
            m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back()), m_stack.end());
        m_stack.resize(m_marks.back());
        m_marks.pop_back();
        return items;
    }
    Kind kindOf(Index index) const { return m_values.at(index).kind; }
    std::vector<Index>& mutableItems(Index index)
    {
        return m_values.m_items[static_cast<std::size_t>(m_values.at(index).number)];
    }

    std::string_view m_bytes;
    const std::string& m_where;
    std::size_t m_at = 0;
    std::size_t m_opcodeAt = 0;
    bool m_stopped = false;
    PickleValues m_values;
    std::vector<Index> m_stack;
    std::vector<std::size_t> m_marks;
    std::vector<std::optional<Index>> m_memo;
};

Status PickleReader::step()
{
    m_opcodeAt = m_at;
    SIDA_TRY_ASSIGN(const std::uint64_t opcode, unsignedNumber(1));
    std::uint64_t number = 0;
    switch (static_cast<char>(opcode)) {
    case '\x80': { // PROTO
        SIDA_TRY_ASSIGN(number, unsignedNumber(1));
        if (number > kNewestProtocol)
            return wrong(fmt::format("pickle protocol {} is newer than any that is known", number));
        return {};
    }
    case '\x95': // FRAME: only helps who reads from a pipe
        return unsignedNumber(8).map([](std::uint64_t) {});
    case '}': // EMPTY_DICT
        return pushItems(Kind::dict, {});
    case ']': // EMPTY_LIST
        return pushItems(Kind::list, {});
    case ')': // EMPTY_TUPLE
        return pushItems(Kind::tuple, {});
    case '\x85': // TUPLE1
        return tuple(1);
    case '\x86':
        return tuple(2);
    case '\x87':
        return tuple(3);
    case 't': // TUPLE
        return markedTuple();
    case '(': // MARK
        m_marks.push_back(m_stack.size());
        return {};
    case 'N': // NONE
        return push(Kind::none);
    case '\x88': // NEWTRUE
        return push(Kind::boolean, 1);
    case '\x89': // NEWFALSE
        return push(Kind::boolean, 0);
    case 'K': { // BININT1
        SIDA_TRY_ASSIGN(number, unsignedNumber(1));
        return push(Kind::integer, static_cast<std::int64_t>(number));
    }
    case 'M': { // BININT2
        SIDA_TRY_ASSIGN(number, unsignedNumber(2));
        return push(Kind::integer, static_cast<std::int64_t>(number));
    }
    case 'J': { // BININT
        SIDA_TRY_ASSIGN(number, unsignedNumber(4));
        return push(Kind::integer, static_cast<std::int32_t>(static_cast<std::uint32_t>(number)));
    }
    case '\x8a': // LONG1
        return longInteger();
    case 'G': // BINFLOAT
        return real();
    case 'X': // BINUNICODE
        return text(4);
    case '\x8c': // SHORT_BINUNICODE
        return text(1);
    case 'c': // GLOBAL
        return global();
    case '\x93': // STACK_GLOBAL
        return stackGlobal();
    case 'q': { // BINPUT
        SIDA_TRY_ASSIGN(number, unsignedNumber(1));
        return remember(number);
    }
    case 'r': { // LONG_BINPUT
        SIDA_TRY_ASSIGN(number, unsignedNumber(4));
        return remember(number);
    }
    case '\x94': // MEMOIZE
        return remember(m_memo.size());
    case 'h': { // BINGET
        SIDA_TRY_ASSIGN(number, unsignedNumber(1));
        return recall(number);
    }
    case 'j': { // LONG_BINGET
        SIDA_TRY_ASSIGN(number, unsignedNumber(4));
        return recall(number);
    }
    case 'Q': // BINPERSID
        return persistent();
    case 'R': // REDUCE
        return call();
    case 'b': // BUILD
        return build();
    case 's': // SETITEM
        return putPairs(false);
    case 'u': // SETITEMS
        return putPairs(true);
    case 'a': // APPEND
        return append(false);
    case 'e': // APPENDS
        return append(true);
    case '.': { // STOP
        SIDA_TRY_ASSIGN(m_values.m_root, pop());
        m_stopped = true;
        return {};
    }
    default:
        return wrong(fmt::format(
            "pickle opcode 0x{:02x} has no place in a state_dict; save the model's state_dict, or as "
            "safetensors",
            opcode));
    }
}

Status PickleReader::tuple(std::size_t count)
{
    if (available() < count)
        return wrong("a value is missing from the stack");
    std::vector<Index> items(m_stack.end() - static_cast<std::ptrdiff_t>(count), m_stack.end());
    m_stack.resize(m_stack.size() - count);
    return pushItems(Kind::tuple, std::move(items));
}

Status PickleReader::markedTuple()
{
    SIDA_TRY_ASSIGN(std::vector<Index> items, popToMark());
    return pushItems(Kind::tuple, std::move(items));
}

Status PickleReader::longInteger()
{
    SIDA_TRY_ASSIGN(const std::uint64_t length, unsignedNumber(1));
    if (length > 8)
        return wrong(fmt::format("a whole number of {} bytes, expected at most 8", length));
    SIDA_TRY_ASSIGN(const std::string_view raw, take(length));
    // Two's complement, lowest byte first: the missing upper bytes repeat the sign.
    const bool negative = !raw.empty() && (static_cast<unsigned char>(raw.back()) & 0x80U) != 0;
    std::int64_t value = negative ? -1 : 0;
    std::memcpy(&value, raw.data(), raw.size());
    return push(Kind::integer, value);
}

Status PickleReader::real()
{
    // No value that counts is one; what it says is not kept.
    SIDA_TRY(take(8));
    return push(Kind::real);
}

Status PickleReader::text(int lengthBytes)
{
    SIDA_TRY_ASSIGN(const std::uint64_t length, unsignedNumber(lengthBytes));
    const auto begin = static_cast<std::int64_t>(m_at);
    SIDA_TRY_ASSIGN(const std::string_view raw, take(length));
    if (findInvalidUtf8(raw) != std::string_view::npos)
        return wrong(fmt::format("the text {} is not UTF-8", quote(raw)));
    return push({.kind = Kind::text, .size = static_cast<std::uint32_t>(length), .number = begin});
}

Status PickleReader::refer(std::string_view module, std::string_view name)
{
    for (const KnownGlobal& known : kGlobals) {
        if (known.module == module && known.name == name)
            return push({.kind = Kind::global, .global = known.global});
    }
    return wrong(fmt::format(
        "the pickle refers to {}, expected nothing but tensors and dictionaries; save the model's "
        "state_dict, "
        "or as safetensors",
        quote(fmt::format("{}.{}", module, name))));
}

Status PickleReader::global()
{
    SIDA_TRY_ASSIGN(const std::string_view module, line());
    SIDA_TRY_ASSIGN(const std::string_view name, line());
    return refer(module, name);
}

Status PickleReader::stackGlobal()
{
    SIDA_TRY_ASSIGN(const Index name, pop());
    SIDA_TRY_ASSIGN(const Index module, pop());
    if (kindOf(name) != Kind::text || kindOf(module) != Kind::text)
        return wrong("a name that is no text");
    return refer(m_values.text(module), m_values.text(name));
}

Status PickleReader::persistent()
{
    SIDA_TRY_ASSIGN(const Index id, pop());
    if (kindOf(id) != Kind::tuple)
        return wrong(fmt::format("a reference to a storage that is {}", name(kindOf(id))));
    return pushItems(Kind::persistent, std::vector<Index>(m_values.items(id)));
}

Status PickleReader::remember(std::uint64_t slot)
{
    if (available() == 0)
        return wrong("a value is missing from the stack");
    // Writers number the slots one after the other.
    if (slot > m_memo.size())
        return wrong(fmt::format("memo slot {} comes before slot {}", slot, m_memo.size()));
    if (slot == m_memo.size())
        m_memo.emplace_back();
    m_memo[slot] = m_stack.back();
    return {};
}

Status PickleReader::recall(std::uint64_t slot)
{
    if (slot >= m_memo.size())
        return wrong(fmt::format("memo slot {} was never filled", slot));
    // Two bytes of a file for each: cannot fill memory, as the stack holds only numbers.
    m_stack.push_back(*m_memo[slot]);
    return {};
}

Status PickleReader::call()
{
    SIDA_TRY_ASSIGN(const Index arguments, pop());
    SIDA_TRY_ASSIGN(const Index function, pop());
    if (kindOf(function) != Kind::global || kindOf(arguments) != Kind::tuple)
        return wrong("a call of something that is no function");
    const std::vector<Index>& items = m_values.items(arguments);
    switch (m_values.at(function).global) {
    case PickleGlobal::orderedDict:
        if (!items.empty())
            return wrong("an OrderedDict made of arguments; save the model again with a current torch");
        return pushItems(Kind::dict, {});
    case PickleGlobal::rebuildTensor:
        return pushItems(Kind::tensor, std::vector<Index>(items));
    case PickleGlobal::rebuildParameter:
        if (items.empty() || kindOf(items[0]) != Kind::tensor)
            return wrong("a parameter that is no tensor");
        m_stack.push_back(items[0]);
        return {};
    default:
        return wrong("a call of something that is no function");
    }
}

/// A state_dict carries `_metadata` as an attribute, which says nothing that is needed.
Status PickleReader::build()
{
    SIDA_TRY_ASSIGN(const Index state, pop());
    if (available() == 0 || kindOf(m_stack.back()) != Kind::dict || kindOf(state) != Kind::dict)
        return wrong("attributes of something that is no dictionary");
    return {};
}

Status PickleReader::putPairs(bool all)
{
    std::vector<Index> pairs;
    if (all) {
        SIDA_TRY_ASSIGN(pairs, popToMark());
    } else {
        SIDA_TRY_ASSIGN(const Index value, pop());
        SIDA_TRY_ASSIGN(const Index key, pop());
        pairs = {key, value};
    }
    if (pairs.size() % 2 != 0 || available() == 0 || kindOf(m_stack.back()) != Kind::dict)
        return wrong("entries for something that is no dictionary");
    std::vector<Index>& all_ = mutableItems(m_stack.back());
    all_.insert(all_.end(), pairs.begin(), pairs.end());
    return {};
}

Status PickleReader::append(bool all)
{
    std::vector<Index> items;
    if (all) {
        SIDA_TRY_ASSIGN(items, popToMark());
    } else {
        SIDA_TRY_ASSIGN(const Index item, pop());
        items = {item};
    }
    if (available() == 0 || kindOf(m_stack.back()) != Kind::list)
        return wrong("items for something that is no list");
    std::vector<Index>& list = mutableItems(m_stack.back());
    list.insert(list.end(), items.begin(), items.end());
    return {};
}

std::string_view PickleValues::text(Index index) const
{
    const Value& value = m_values[index];
    return m_bytes.substr(static_cast<std::size_t>(value.number), value.size);
}

const std::vector<PickleValues::Index>& PickleValues::items(Index index) const
{
    return m_items[static_cast<std::size_t>(m_values[index].number)];
}

std::string_view name(PickleValues::Kind kind)
{
    switch (kind) {
    case Kind::none:
        return "None";
    case Kind::boolean:
        return "a boolean";
    case Kind::integer:
    case Kind::real:
        return "a number";
    case Kind::text:
        return "text";
    case Kind::tuple:
        return "a tuple";
    case Kind::list:
        return "a list";
    case Kind::dict:
        return "a dictionary";
    case Kind::global:
        return "a function or class";
    case Kind::persistent:
        return "a storage";
    case Kind::tensor:
        return "a tensor";
    }
    return "something else";
}

Result<PickleValues> readPickle(std::string_view bytes, const std::string& where)
{
    return PickleReader(bytes, where).run();
}

} // namespace sida::checkpoint
