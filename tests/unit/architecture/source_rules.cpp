// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/architecture/source_rules.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <regex>
#include <sstream>
#include <string_view>

namespace sida::test
{

namespace fs = std::filesystem;

namespace
{

bool isHeader(const fs::path& path)
{
    return path.extension() == ".h";
}

bool isCpp(const fs::path& path)
{
    return isHeader(path) || path.extension() == ".cpp";
}

bool isBelow(const fs::path& path, const std::string& folder)
{
    return path.generic_string().starts_with(folder + "/");
}

/// <QString>, <QtGui/QColor>, "qcustomplot.h".
bool isQtHeader(const std::string& included)
{
    static const std::regex qt("(Q[A-Z]\\w*|Qt\\w*/.+|qcustomplot\\.h|q[a-z]+\\.h)");
    return std::regex_match(included, qt);
}

bool isTorchHeader(const std::string& included)
{
    constexpr std::array<std::string_view, 4> kFolders = {"torch/", "ATen/", "c10/", "caffe2/"};
    return std::any_of(kFolders.begin(), kFolders.end(), [&](std::string_view folder) {
        return included.starts_with(folder);
    });
}

/// Where a folder's own sources must share libtorch's types, the header says so by its name.
bool showsTorch(const fs::path& header)
{
    return header.generic_string().ends_with("_torch.h");
}

std::string brokenBy(const fs::path& path, const std::string& included)
{
    const bool engine = isBelow(path, "engine");
    const bool ui = isBelow(path, "ui");
    if ((engine || isBelow(path, "app/cli")) && isQtHeader(included))
        return "the engine and the command line do without Qt";
    if (engine && (included.starts_with("ui/") || included.starts_with("app/")))
        return "the engine knows of no front end";
    if (ui && included.starts_with("app/"))
        return "the window's parts know of no program";
    if (ui && included.starts_with("engine/") && !included.starts_with("engine/api/")
        && !included.starts_with("engine/base/"))
        return "ui sees only engine/api and engine/base";
    if (isHeader(path) && (engine || ui) && isTorchHeader(included) && !showsTorch(path))
        return "libtorch's headers stay out of headers, except one named *_torch.h for its own folder";
    const fs::path header = included;
    if (showsTorch(header) && isHeader(path) && !showsTorch(path))
        return "a header that shows libtorch's types is included by sources only";
    if (showsTorch(header) && !isBelow(path, "tests") && path.parent_path() != header.parent_path())
        return "a header that shows libtorch's types is for its own folder only";
    if (ui && isTorchHeader(included))
        return "ui knows nothing of libtorch";
    return {};
}

bool namesItsLicence(const std::string& text)
{
    std::istringstream lines(text);
    std::string line;
    bool copyright = false;
    bool licence = false;
    for (int i = 0; i < 4 && std::getline(lines, line); ++i) {
        copyright = copyright || line.find("SPDX-FileCopyrightText: ") != std::string::npos;
        licence = licence || line.find("SPDX-License-Identifier: GPL-3.0-or-later") != std::string::npos;
    }
    return copyright && licence;
}

} // namespace

std::vector<std::string> violations(const fs::path& path, const std::string& text)
{
    std::vector<std::string> found;
    if (!namesItsLicence(text))
        found.push_back(fmt::format("{}: does not begin with the two SPDX lines", path.generic_string()));
    if (!isCpp(path))
        return found;
    static const std::regex include("^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]");
    std::istringstream lines(text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::smatch match;
        if (!std::regex_search(line, match, include))
            continue;
        const std::string why = brokenBy(path, match[1]);
        if (!why.empty())
            found.push_back(
                fmt::format("{}:{}: includes {}: {}", path.generic_string(), number, match[1].str(), why));
    }
    return found;
}

std::vector<fs::path> sourcesBelow(const fs::path& root)
{
    std::vector<fs::path> sources;
    for (const char* folder : {"engine", "ui", "app", "tests", "cmake", "installer"}) {
        if (!fs::exists(root / folder))
            continue;
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
            const fs::path& path = entry.path();
            const bool isSource = isCpp(path) || path.extension() == ".cmake" || path.extension() == ".sh"
                || path.filename() == "CMakeLists.txt";
            if (entry.is_regular_file() && isSource)
                sources.push_back(fs::relative(path, root));
        }
    }
    std::sort(sources.begin(), sources.end());
    return sources;
}

} // namespace sida::test
