// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"

#include <QString>
#include <filesystem>
#include <string_view>

/// The engine speaks UTF-8, the window QString.
namespace sida::ui
{

inline QString toText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

inline QString pathText(const std::filesystem::path& path)
{
    return toText(path.native());
}

inline std::filesystem::path toPath(const QString& text)
{
    return {text.toStdString()};
}

inline QString bytesText(std::uint64_t bytes)
{
    return toText(units::formatBytes(bytes));
}

inline QString countText(std::uint64_t count)
{
    return toText(units::formatCount(count));
}

} // namespace sida::ui
