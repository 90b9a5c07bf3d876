// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sida::checkpoint
{

/// The few names a pickle of a state_dict may refer to. Nothing else can be named, and nothing is ever
/// executed: a call only makes a value of the matching kind.
enum class PickleGlobal : std::uint8_t {
    orderedDict,
    rebuildTensor,
    rebuildParameter,
    doubleStorage,
    floatStorage,
    halfStorage,
    bfloat16Storage,
    longStorage,
    intStorage,
    shortStorage,
    charStorage,
    byteStorage,
    boolStorage,
};

/// What a pickle describes: values that refer to each other by number, so that a value that stands in several
/// places, or in itself, is no trouble.
class PickleValues
{
public:
    using Index = std::uint32_t;
    enum class Kind : std::uint8_t {
        none,
        boolean,
        integer,
        real,
        text,
        tuple,
        list,
        dict,
        global,
        persistent, ///< a reference to something outside: items are the tuple it was made of
        tensor, ///< items are the arguments of the call that would rebuild it
    };
    struct Value {
        Kind kind = Kind::none;
        PickleGlobal global = PickleGlobal::orderedDict;
        std::uint32_t size = 0; ///< of the text in bytes
        std::int64_t number = 0; ///< integer or boolean; else where text and items begin or are
    };

    const Value& at(Index index) const { return m_values[index]; }
    std::string_view text(Index index) const;
    /// Of a tuple, list, persistent reference or tensor.
    const std::vector<Index>& items(Index index) const;
    /// Of a dict, in the order they were set: key, value, key, value.
    const std::vector<Index>& pairs(Index index) const { return items(index); }
    Index root() const { return m_root; }

private:
    friend class PickleReader;
    std::string_view m_bytes;
    std::vector<Value> m_values;
    std::vector<std::vector<Index>> m_items;
    Index m_root = 0;
};

/// "a tuple", "text": for messages.
std::string_view name(PickleValues::Kind kind);

/// Reads a pickle from an untrusted file. Opcodes and names that a state_dict has no need of are errors that
/// name them. `bytes` must outlive the result; `where` begins each message.
Result<PickleValues> readPickle(std::string_view bytes, const std::string& where);

} // namespace sida::checkpoint
