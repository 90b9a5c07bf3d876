// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/result_files.h"

#include "engine/checkpoint/safetensors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sida::cli
{

namespace fs = std::filesystem;

namespace
{

/// The first bytes that are not white space, in lower case.
std::string beginning(const fs::path& path, std::size_t length)
{
    std::ifstream stream(path, std::ios::binary);
    std::string text;
    stream >> std::ws;
    for (char character; text.size() < length && stream.get(character);)
        text += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    return text;
}

bool isKind(const Inspector& inspector, const fs::path& path, api::PathKind kind)
{
    const Result<api::PathKind> found = inspector.classify(path);
    return found && *found == kind;
}

bool holdsKind(const ResultFile& result, const Inspector& inspector)
{
    std::error_code error;
    const bool mayBeEmpty = result.kind != ResultKind::session;
    if (mayBeEmpty && fs::file_size(result.path, error) == 0) // as mktemp makes it
        return true;
    switch (result.kind) {
    case ResultKind::safetensors:
        return checkpoint::SafetensorsFile::open(result.path).has_value();
    case ResultKind::jsonLines:
        return beginning(result.path, 1) == "{";
    case ResultKind::json:
        return beginning(result.path, 1) == "{" || beginning(result.path, 1) == "[";
    case ResultKind::html:
        return beginning(result.path, 9) == "<!doctype" || beginning(result.path, 5) == "<html";
    case ResultKind::pdf:
        return beginning(result.path, 5) == "%pdf-";
    case ResultKind::predictor:
        return isKind(inspector, result.path, api::PathKind::predictor);
    case ResultKind::session:
        return isKind(inspector, result.path, api::PathKind::session);
    }
    return false;
}

std::string_view words(ResultKind kind)
{
    switch (kind) {
    case ResultKind::safetensors:
        return "a safetensors file";
    case ResultKind::jsonLines:
        return "a JSON Lines file";
    case ResultKind::json:
        return "a JSON file";
    case ResultKind::html:
        return "an HTML page";
    case ResultKind::pdf:
        return "a PDF";
    case ResultKind::predictor:
        return "a predictor";
    case ResultKind::session:
        return "a session";
    }
    return "a file";
}

Status checkWritable(const ResultFile& result, const fs::file_status& status)
{
    // What is there and is no regular file is a device: it is written to itself, anything else beside its
    // place.
    const bool device = fs::exists(status) && !fs::is_regular_file(status);
    const fs::path parent = result.path.has_parent_path() ? result.path.parent_path() : fs::path(".");
    std::error_code error;
    if (!fs::is_directory(parent, error))
        return badInput(fmt::format(
            "{} {}: {} is no folder; make it first", result.option, result.path.string(), parent.string()));
    if (::access(device ? result.path.c_str() : parent.c_str(), W_OK) != 0)
        return failure(
            ErrorKind::io,
            fmt::format(
                "{} {}: cannot be written there: {}", result.option, result.path.string(),
                std::strerror(errno)));
    return {};
}

Status refuseInput(const ResultFile& result, const fs::path& input)
{
    const auto refuse = [&](const fs::path& file) {
        return badInput(fmt::format(
            "{} {}: is also an input ({}); name another file to write", result.option, result.path.string(),
            file.string()));
    };
    if (isSamePlace(result.path, input))
        return refuse(input);
    std::error_code error;
    if (!fs::is_directory(input, error))
        return {};
    for (fs::directory_iterator entry(input, error), end; !error && entry != end; entry.increment(error)) {
        if (isSamePlace(result.path, entry->path()))
            return refuse(entry->path());
    }
    return {};
}

} // namespace

Status
checkResultFile(const ResultFile& result, const std::vector<fs::path>& inputs, const Inspector& inspector)
{
    std::error_code error;
    const fs::file_status status = fs::status(result.path, error);
    if (fs::is_directory(status))
        return badInput(
            fmt::format("{} {}: is a folder; name a file to write", result.option, result.path.string()));
    SIDA_TRY(checkWritable(result, status));
    for (const fs::path& input : inputs)
        SIDA_TRY(refuseInput(result, input));
    if (result.kind != ResultKind::session && isStandardOutput(result.path))
        return {};
    if (!fs::is_regular_file(status)) {
        if (fs::exists(status) && result.kind == ResultKind::session)
            return badInput(fmt::format(
                "{} {}: expected a regular file, found a device; a session is written in place",
                result.option, result.path.string()));
        return {};
    }
    if (!holdsKind(result, inspector))
        return badInput(fmt::format(
            "{} {}: the file there is not {} and is left as it is; name another one, or remove it first",
            result.option, result.path.string(), words(result.kind)));
    if (result.kind == ResultKind::session && !result.force)
        return badInput(fmt::format(
            "{} {}: there is a session already; replace it with --force, or name another file", result.option,
            result.path.string()));
    return {};
}

Status checkInput(const fs::path& path)
{
    // A model that is made up is nowhere; what its name says is checked where it is made.
    if (path.native().starts_with("synthetic:"))
        return {};
    std::error_code error;
    if (!fs::exists(path, error))
        return badInput(fmt::format("{}: no such file or folder", path.string()));
    return {};
}

bool isSamePlace(const fs::path& a, const fs::path& b)
{
    std::error_code error;
    if (fs::equivalent(a, b, error))
        return true;
    const fs::path placeA = fs::weakly_canonical(a, error);
    const fs::path placeB = fs::weakly_canonical(b, error);
    return !error && placeA == placeB;
}

bool isStandardOutput(const fs::path& path)
{
    struct stat file {
    };
    struct stat output {
    };
    return ::stat(path.c_str(), &file) == 0 && ::fstat(STDOUT_FILENO, &output) == 0
        && file.st_dev == output.st_dev && file.st_ino == output.st_ino;
}

} // namespace sida::cli
