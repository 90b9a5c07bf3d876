// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/zip_listing.h"

#include "engine/checkpoint/quote.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <unzip.h>

namespace sida::checkpoint
{

namespace
{

/// A checkpoint has a storage for each tensor; the largest published ones have some 120,000 in all their
/// shards together.
constexpr std::uint64_t kMostEntries = 1'000'000;

/// The archive as minizip sees it: a stream with a position.
struct Stream {
    const ReadAt& readAt;
    std::uint64_t bytes;
    std::uint64_t position = 0;
    bool failed = false;
};

Stream& streamOf(voidpf stream)
{
    return *static_cast<Stream*>(stream);
}

voidpf openStream(voidpf opaque, const void* /*name*/, int /*mode*/)
{
    return opaque;
}

uLong readStream(voidpf /*opaque*/, voidpf handle, void* buffer, uLong size)
{
    Stream& stream = streamOf(handle);
    const std::uint64_t count = std::min<std::uint64_t>(size, stream.bytes - stream.position);
    if (!stream.readAt(stream.position, {static_cast<std::byte*>(buffer), static_cast<std::size_t>(count)})) {
        stream.failed = true;
        return 0;
    }
    stream.position += count;
    return static_cast<uLong>(count);
}

uLong refuseToWrite(voidpf /*opaque*/, voidpf /*handle*/, const void* /*buffer*/, uLong /*size*/)
{
    return 0;
}

ZPOS64_T tellStream(voidpf /*opaque*/, voidpf handle)
{
    return streamOf(handle).position;
}

long seekStream(voidpf /*opaque*/, voidpf handle, ZPOS64_T offset, int origin)
{
    Stream& stream = streamOf(handle);
    const std::uint64_t base = origin == ZLIB_FILEFUNC_SEEK_CUR ? stream.position
        : origin == ZLIB_FILEFUNC_SEEK_END                      ? stream.bytes
                                                                : 0;
    if (offset > stream.bytes - base)
        return -1;
    stream.position = base + offset;
    return 0;
}

int closeStream(voidpf /*opaque*/, voidpf /*handle*/)
{
    return 0;
}

int streamError(voidpf /*opaque*/, voidpf handle)
{
    return streamOf(handle).failed ? 1 : 0;
}

struct Close {
    void operator()(void* archive) const { unzClose(archive); }
};
using Archive = std::unique_ptr<void, Close>;

Result<ZipEntry> currentEntry(const Archive& archive, std::uint64_t fileBytes, const std::string& where)
{
    unz_file_info64 info{};
    std::array<char, 512> name{};
    if (unzGetCurrentFileInfo64(archive.get(), &info, name.data(), name.size(), nullptr, 0, nullptr, 0)
        != UNZ_OK)
        return badInput(
            fmt::format("{}: the archive's list of contents is damaged; download it again", where));
    if (info.size_filename >= name.size())
        return badInput(fmt::format("{}: the archive holds a name of {} bytes", where, info.size_filename));
    ZipEntry entry;
    entry.name.assign(name.data(), info.size_filename);
    constexpr uLong kEncrypted = 1;
    if (info.compression_method != 0 || (info.flag & kEncrypted) != 0
        || info.compressed_size != info.uncompressed_size)
        return badInput(fmt::format(
            "{}: {} is {}, expected it stored as it is, as torch.save does; save the model again", where,
            quote(entry.name), (info.flag & kEncrypted) != 0 ? "encrypted" : "compressed"));
    // Opening compares the entry with its own header, and only then is it known where its bytes begin.
    if (unzOpenCurrentFile2(archive.get(), nullptr, nullptr, 1) != UNZ_OK)
        return badInput(fmt::format(
            "{}: the header of {} does not fit the archive's list of contents; download it again", where,
            quote(entry.name)));
    entry.begin = unzGetCurrentFileZStreamPos64(archive.get());
    unzCloseCurrentFile(archive.get());
    if (entry.begin > fileBytes || info.uncompressed_size > fileBytes - entry.begin)
        return badInput(fmt::format(
            "{}: {} should lie at bytes {} and on for {}, but the file has {}; it was cut off", where,
            quote(entry.name), entry.begin, info.uncompressed_size, fileBytes));
    entry.end = entry.begin + info.uncompressed_size;
    return entry;
}

} // namespace

Result<std::vector<ZipEntry>>
listStoredZip(const ReadAt& readAt, std::uint64_t fileBytes, const std::string& where)
{
    Stream stream{readAt, fileBytes};
    zlib_filefunc64_def functions{};
    functions.zopen64_file = openStream;
    functions.zread_file = readStream;
    functions.zwrite_file = refuseToWrite;
    functions.ztell64_file = tellStream;
    functions.zseek64_file = seekStream;
    functions.zclose_file = closeStream;
    functions.zerror_file = streamError;
    functions.opaque = &stream;
    const Archive archive(unzOpen2_64(nullptr, &functions));
    unz_global_info64 contents{};
    if (!archive || unzGetGlobalInfo64(archive.get(), &contents) != UNZ_OK)
        return badInput(fmt::format(
            "{}: expected a zip archive as torch.save writes it, found no list of contents at its end; the "
            "file was cut off",
            where));
    if (contents.number_entry == 0 || contents.number_entry > kMostEntries)
        return badInput(fmt::format(
            "{}: the archive claims {} entries, expected 1 to {}", where, contents.number_entry,
            kMostEntries));
    std::vector<ZipEntry> entries;
    int state = unzGoToFirstFile(archive.get());
    for (; state == UNZ_OK && entries.size() < contents.number_entry;
         state = unzGoToNextFile(archive.get())) {
        SIDA_TRY_ASSIGN(ZipEntry entry, currentEntry(archive, fileBytes, where));
        entries.push_back(std::move(entry));
    }
    if (entries.size() != contents.number_entry)
        return badInput(fmt::format(
            "{}: the archive claims {} entries, found {}; download it again", where, contents.number_entry,
            entries.size()));
    return entries;
}

} // namespace sida::checkpoint
