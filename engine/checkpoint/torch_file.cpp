// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/torch_file.h"

#include "engine/checkpoint/state_dict.h"
#include "engine/checkpoint/tensor_file_state.h"
#include "engine/checkpoint/zip_listing.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>

namespace sida::checkpoint
{

namespace fs = std::filesystem;

namespace
{

/// The pickle of 120,000 tensors has some 25 MB.
constexpr std::uint64_t kMostPickleBytes = 64'000'000;

Status checkMagic(std::span<const std::byte> head, const std::string& where)
{
    constexpr std::array kZip{std::byte{'P'}, std::byte{'K'}};
    if (std::equal(kZip.begin(), kZip.end(), head.begin()))
        return {};
    constexpr std::byte kPickleProtocol{0x80};
    if (head[0] == kPickleProtocol)
        return failure(
            ErrorKind::unsupported,
            fmt::format(
                "{}: written in the format that torch used before version 1.6, which is not read; load it "
                "with "
                "a current torch and save it again",
                where));
    return badInput(fmt::format("{}: expected a zip archive as torch.save writes it, found none", where));
}

/// The entries stand in a folder of any name, beside which there are no others.
Result<const ZipEntry*> findPickle(const std::vector<ZipEntry>& entries, const std::string& where)
{
    constexpr std::string_view kName = "/data.pkl";
    const auto isPickle = [&](const ZipEntry& entry) {
        return entry.name.ends_with(kName) && entry.name.find('/') == entry.name.size() - kName.size();
    };
    const auto found = std::find_if(entries.begin(), entries.end(), isPickle);
    if (found == entries.end() || std::count_if(entries.begin(), entries.end(), isPickle) != 1)
        return badInput(fmt::format(
            "{}: a zip archive, but not one that torch.save wrote: expected one data.pkl in it", where));
    if (found->end - found->begin > kMostPickleBytes)
        return badInput(fmt::format(
            "{}: data.pkl has {} bytes, at most {} are possible", where, found->end - found->begin,
            kMostPickleBytes));
    return &*found;
}

} // namespace

TorchFile::TorchFile(std::unique_ptr<State> state)
    : TensorFile(std::move(state))
{
}

Result<TorchFile> TorchFile::open(const fs::path& path)
{
    const std::string where = path.string();
    SIDA_TRY_ASSIGN(std::unique_ptr<State> state, openFile(path, "a file written by torch.save"));
    std::array<std::byte, 4> head{};
    if (state->bytes < head.size())
        return badInput(fmt::format("{}: {} bytes are no file of torch.save", where, state->bytes));
    SIDA_TRY(state->readAt(0, head));
    SIDA_TRY(checkMagic(head, where));
    const auto readAt
        = [&](std::uint64_t offset, std::span<std::byte> out) { return state->readAt(offset, out); };
    SIDA_TRY_ASSIGN(const std::vector<ZipEntry> entries, listStoredZip(readAt, state->bytes, where));
    SIDA_TRY_ASSIGN(const ZipEntry* pickle, findPickle(entries, where));
    const std::string folder = pickle->name.substr(0, pickle->name.find('/') + 1);
    StorageRecords storages;
    for (const ZipEntry& entry : entries) {
        if (entry.name == folder + "byteorder") {
            std::string order(std::min<std::uint64_t>(entry.end - entry.begin, 16), '\0');
            SIDA_TRY(state->readAt(entry.begin, std::as_writable_bytes(std::span(order))));
            if (order != "little")
                return failure(
                    ErrorKind::unsupported,
                    fmt::format(
                        "{}: written on a machine with the other byte order; convert it there", where));
        }
        if (entry.name.starts_with(folder + "data/"))
            storages.emplace(entry.name.substr(folder.size() + 5), entry);
    }
    std::string text(pickle->end - pickle->begin, '\0');
    SIDA_TRY(state->readAt(pickle->begin, std::as_writable_bytes(std::span(text))));
    SIDA_TRY_ASSIGN(state->tensors, readStateDict(text, storages, where));

    std::vector<std::uint32_t>& byName = state->byName;
    byName.resize(state->tensors.size());
    std::iota(byName.begin(), byName.end(), 0U);
    std::sort(byName.begin(), byName.end(), [&](std::uint32_t a, std::uint32_t b) {
        return state->tensors[a].name < state->tensors[b].name;
    });
    return TorchFile(std::move(state));
}

} // namespace sida::checkpoint
