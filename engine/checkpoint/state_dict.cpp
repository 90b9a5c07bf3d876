// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/state_dict.h"

#include "engine/checkpoint/pickle.h"
#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/storage_type.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>

namespace sida::checkpoint
{

namespace
{

using Index = PickleValues::Index;
using Kind = PickleValues::Kind;

std::optional<StorageType> storageTypeOf(PickleGlobal global)
{
    switch (global) {
    case PickleGlobal::doubleStorage:
        return StorageType::f64;
    case PickleGlobal::floatStorage:
        return StorageType::f32;
    case PickleGlobal::halfStorage:
        return StorageType::f16;
    case PickleGlobal::bfloat16Storage:
        return StorageType::bf16;
    case PickleGlobal::longStorage:
        return StorageType::i64;
    case PickleGlobal::intStorage:
        return StorageType::i32;
    case PickleGlobal::shortStorage:
        return StorageType::i16;
    case PickleGlobal::charStorage:
        return StorageType::i8;
    case PickleGlobal::byteStorage:
        return StorageType::u8;
    case PickleGlobal::boolStorage:
        return StorageType::boolean;
    default:
        return std::nullopt;
    }
}

/// Whether the elements lie row by row without gaps.
bool isContiguous(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides)
{
    std::int64_t expected = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] == 1)
            continue;
        if (strides[i] != expected)
            return false;
        expected *= shape[i];
    }
    return true;
}

class StateDictReader
{
public:
    StateDictReader(const PickleValues& values, const StorageRecords& storages, const std::string& where)
        : m_values(values)
        , m_storages(storages)
        , m_where(where)
    {
    }

    Result<std::vector<TensorEntry>> read()
    {
        if (kind(m_values.root()) != Kind::dict)
            return badInput(fmt::format(
                "{}: expected a state_dict, a dictionary of tensors, found {}", m_where,
                name(kind(m_values.root()))));
        const std::vector<Index>& pairs = m_values.pairs(dictOfTensors());
        std::vector<TensorEntry> tensors;
        std::set<std::string_view> names;
        for (std::size_t i = 0; i < pairs.size(); i += 2) {
            if (kind(pairs[i]) != Kind::text)
                return badInput(fmt::format(
                    "{}: expected names of tensors in the state_dict, found {}", m_where,
                    name(kind(pairs[i]))));
            m_name = m_values.text(pairs[i]);
            if (!names.insert(m_name).second)
                return wrong("stands twice in the state_dict");
            if (kind(pairs[i + 1]) != Kind::tensor)
                return wrong(fmt::format(
                    "is {}, expected a tensor; save the model's state_dict and nothing else",
                    name(kind(pairs[i + 1]))));
            SIDA_TRY_ASSIGN(TensorEntry entry, tensor(pairs[i + 1]));
            tensors.push_back(std::move(entry));
        }
        std::sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.name < b.name;
        });
        return tensors;
    }

private:
    struct Storage {
        const ZipEntry* record = nullptr;
        StorageType type = StorageType::f32;
        std::uint64_t elements = 0;
    };

    Kind kind(Index index) const { return m_values.at(index).kind; }
    /// The root, or what it holds as "model_state_dict": training scripts save it so, beside other things.
    Index dictOfTensors() const
    {
        const std::vector<Index>& pairs = m_values.pairs(m_values.root());
        for (std::size_t i = 0; i < pairs.size(); i += 2)
            if (kind(pairs[i]) == Kind::text && m_values.text(pairs[i]) == "model_state_dict"
                && kind(pairs[i + 1]) == Kind::dict)
                return pairs[i + 1];
        return m_values.root();
    }
    tl::unexpected<Error> wrong(std::string_view what) const
    {
        return badInput(fmt::format("{}: tensor {} {}", m_where, quote(m_name), what));
    }

    Result<std::vector<std::int64_t>> sizes(Index index) const
    {
        constexpr std::size_t kMostDimensions = 16;
        if (kind(index) != Kind::tuple || m_values.items(index).size() > kMostDimensions)
            return wrong("has no proper shape");
        std::vector<std::int64_t> result;
        for (const Index item : m_values.items(index)) {
            if (kind(item) != Kind::integer || m_values.at(item).number < 0)
                return wrong("has a size or stride that is no whole number from 0 on");
            result.push_back(m_values.at(item).number);
        }
        return result;
    }

    /// The persistent id ("storage", type, key, device, number of elements).
    Result<Storage> storage(Index index) const
    {
        if (kind(index) != Kind::persistent)
            return wrong("refers to no storage");
        const std::vector<Index>& id = m_values.items(index);
        if (id.size() != 5 || kind(id[0]) != Kind::text || m_values.text(id[0]) != "storage"
            || kind(id[1]) != Kind::global || kind(id[2]) != Kind::text || kind(id[4]) != Kind::integer)
            return wrong("refers to its storage in an unknown way");
        const auto type = storageTypeOf(m_values.at(id[1]).global);
        if (!type)
            return wrong("refers to a storage of no known type");
        const auto record = m_storages.find(m_values.text(id[2]));
        if (record == m_storages.end())
            return wrong(fmt::format(
                "refers to the storage {}, which the archive does not hold", quote(m_values.text(id[2]))));
        const std::uint64_t bytes = record->second.end - record->second.begin;
        const std::int64_t elements = m_values.at(id[4]).number;
        const auto needed = dataBytes(*type, {elements});
        if (elements < 0 || !needed || *needed != bytes)
            return wrong(fmt::format(
                "refers to a storage of {} {} elements, found {} bytes of it", elements, name(*type), bytes));
        return Storage{&record->second, *type, static_cast<std::uint64_t>(elements)};
    }

    /// The arguments of torch._utils._rebuild_tensor_v2: storage, offset, shape, strides, and what only
    /// training needs.
    Result<TensorEntry> tensor(Index index) const
    {
        const std::vector<Index>& arguments = m_values.items(index);
        if (arguments.size() < 4 || kind(arguments[1]) != Kind::integer)
            return wrong("is described in an unknown way");
        SIDA_TRY_ASSIGN(const Storage from, storage(arguments[0]));
        TensorEntry entry;
        entry.name = m_name;
        entry.type = from.type;
        SIDA_TRY_ASSIGN(entry.shape, sizes(arguments[2]));
        SIDA_TRY_ASSIGN(std::vector<std::int64_t> strides, sizes(arguments[3]));
        if (strides.size() != entry.shape.size())
            return wrong("has another number of strides than of dimensions");
        SIDA_TRY_ASSIGN(const std::uint64_t extent, extentOf(entry, strides, from.elements));
        const std::int64_t offset = m_values.at(arguments[1]).number;
        if (offset < 0 || static_cast<std::uint64_t>(offset) > from.elements
            || extent > from.elements - static_cast<std::uint64_t>(offset))
            return wrong(fmt::format(
                "with the shape {} from element {} on does not fit into its storage of {}",
                shapeText(entry.shape), offset, from.elements));
        const auto size = static_cast<std::uint64_t>(bits(from.type)) / 8;
        entry.begin = from.record->begin + static_cast<std::uint64_t>(offset) * size;
        entry.end = entry.begin + extent * size;
        if (extent > 0 && !isContiguous(entry.shape, strides))
            entry.strides = std::move(strides);
        return entry;
    }

    /// Elements of the storage from the tensor's first to its last, both counted; 0 for an empty tensor.
    Result<std::uint64_t> extentOf(
        const TensorEntry& entry, const std::vector<std::int64_t>& strides, std::uint64_t available) const
    {
        if (std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end())
            return 0;
        std::uint64_t last = 0;
        for (std::size_t i = 0; i < strides.size(); ++i) {
            std::uint64_t reach = 0;
            if (__builtin_mul_overflow(
                    static_cast<std::uint64_t>(entry.shape[i] - 1), static_cast<std::uint64_t>(strides[i]),
                    &reach)
                || __builtin_add_overflow(last, reach, &last))
                return wrong("has strides that lead out of any file");
        }
        const auto bytes = dataBytes(entry.type, entry.shape);
        // A few bytes of an archive could else stand for more elements than any memory holds.
        if (!bytes || *bytes / (static_cast<std::uint64_t>(bits(entry.type)) / 8) > available)
            return wrong(fmt::format(
                "has the shape {}, more elements than its storage of {}; save a copy that is not expanded",
                shapeText(entry.shape), available));
        return last + 1;
    }

    const PickleValues& m_values;
    const StorageRecords& m_storages;
    const std::string& m_where;
    std::string_view m_name; ///< of the tensor that is being read
};

} // namespace

Result<std::vector<TensorEntry>>
readStateDict(std::string_view pickle, const StorageRecords& storages, const std::string& where)
{
    SIDA_TRY_ASSIGN(const PickleValues values, readPickle(pickle, where));
    return StateDictReader(values, storages, where).read();
}

} // namespace sida::checkpoint
