// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/engine.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/model/synthetic.h"
#include "engine/session/session.h"

#include <fmt/format.h>
#include <fstream>

namespace sida::api
{

namespace fs = std::filesystem;

namespace
{

/// A safetensors file begins with a length below the format's limit and an opening brace.
bool beginsLikeSafetensors(const fs::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    char head[9] = {};
    if (!stream.read(head, sizeof head))
        return false;
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i)
        length = length << 8 | static_cast<unsigned char>(head[i]);
    return length <= 100'000'000 && head[8] == '{';
}

bool beginsLikeText(const fs::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    char head[4096] = {};
    stream.read(head, sizeof head);
    const std::string_view text(head, static_cast<std::size_t>(stream.gcount()));
    return !text.empty() && text.find('\0') == std::string_view::npos;
}

} // namespace

Result<PathKind> classifyPath(const fs::path& path)
{
    if (model::isSynthetic(path))
        return PathKind::model;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        return badInput(fmt::format("{}: no such file or folder", path.string()));
    if (fs::is_directory(status))
        return fs::exists(path / "config.json", error) ? PathKind::model : PathKind::unknown;
    if (!fs::is_regular_file(status))
        return PathKind::unknown;
    if (session::isSession(path))
        return PathKind::session;
    if (beginsLikeSafetensors(path)) {
        SIDA_TRY_ASSIGN(const checkpoint::SafetensorsFile file, checkpoint::SafetensorsFile::open(path));
        const auto format = file.metadata().find("format");
        const bool isPredictor = format != file.metadata().end() && format->second == "sida-predictor";
        return isPredictor ? PathKind::predictor : PathKind::unknown;
    }
    return beginsLikeText(path) ? PathKind::dataset : PathKind::unknown;
}

} // namespace sida::api
