// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sida::test
{

/// A zip archive of stored entries, byte by byte, so that a test can damage any part of it.
class RawZip
{
public:
    struct Entry {
        std::string name, content;
        std::uint16_t method = 0; ///< 0 = stored as it is
        std::uint16_t flags = 0; ///< 1 = encrypted
    };

    static std::string archive(const std::vector<Entry>& entries)
    {
        std::string file;
        std::string directory;
        for (const Entry& entry : entries) {
            const auto offset = static_cast<std::uint32_t>(file.size());
            const std::string common = header(entry);
            file += "PK\x03\x04" + common + entry.name + entry.content;
            directory += "PK\x01\x02" + number(20, 2) + common + number(0, 2 + 2 + 2 + 4) + number(offset, 4)
                + entry.name;
        }
        const std::string end = "PK\x05\x06" + number(0, 4) + number(entries.size(), 2)
            + number(entries.size(), 2) + number(directory.size(), 4) + number(file.size(), 4) + number(0, 2);
        return file + directory + end;
    }

private:
    static std::string number(std::uint64_t value, int bytes)
    {
        std::string text;
        for (int i = 0; i < bytes; ++i)
            text += i < 8 ? static_cast<char>(value >> 8 * i) : '\0';
        return text;
    }
    static std::string header(const Entry& entry)
    {
        return number(20, 2) + number(entry.flags, 2) + number(entry.method, 2) + number(0, 4 + 4)
            + number(entry.content.size(), 4) + number(entry.content.size(), 4) + number(entry.name.size(), 2)
            + number(0, 2);
    }
};

/// Pickle opcodes by what they do.
namespace pickle
{

inline std::string text(std::string_view value)
{
    std::string out = "X";
    for (int i = 0; i < 4; ++i)
        out += static_cast<char>(value.size() >> 8 * i);
    return out.append(value);
}
inline std::string integer(std::int64_t value)
{
    std::string out = "\x8a\x08";
    for (int i = 0; i < 8; ++i)
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> 8 * i);
    return out;
}
inline std::string tuple(const std::vector<std::int64_t>& values)
{
    std::string out = "(";
    for (const std::int64_t value : values)
        out += integer(value);
    return out + "t";
}
inline std::string global(const std::string& module, const std::string& name)
{
    return "c" + module + "\n" + name + "\n";
}
inline std::string storage(const std::string& type, const std::string& key, std::int64_t elements)
{
    return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + integer(elements) + "tQ";
}
/// The call that rebuilds a tensor from `from`, the opcodes of a storage.
inline std::string tensor(
    const std::string& from, std::int64_t offset, const std::vector<std::int64_t>& shape,
    const std::vector<std::int64_t>& strides)
{
    return global("torch._utils", "_rebuild_tensor_v2") + "(" + from + integer(offset) + tuple(shape)
        + tuple(strides) + "\x89" + global("collections", "OrderedDict") + ")RtR";
}
/// A whole pickle of a dictionary.
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& entries)
{
    std::string out = "\x80\x02}(";
    for (const auto& [key, value] : entries)
        out += text(key) + value;
    return out + "u.";
}

} // namespace pickle

/// What torch.save would write for that pickle and these storages.
inline std::string
torchFile(const std::string& pickled, const std::vector<std::pair<std::string, std::string>>& storages)
{
    std::vector<RawZip::Entry> entries{{"archive/data.pkl", pickled}};
    for (const auto& [key, content] : storages)
        entries.push_back({"archive/data/" + key, content});
    entries.push_back({"archive/version", "3\n"});
    return RawZip::archive(entries);
}

} // namespace sida::test
