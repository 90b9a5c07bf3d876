// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/page.h"

#include "engine/report/html.h"
#include "engine/report/sections.h"

#include <fmt/format.h>

namespace sida::report
{

std::string beginPage(std::string_view title)
{
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{} - SiDA "
        "Studio</title>\n<style>\n{}</style>\n"
        "</head>\n<body>\n{}<main>\n",
        escape(title), styleSheet(), hatchPatterns());
}

std::string endPage(std::string_view howMeasured, std::string_view command)
{
    return fmt::format(
        "<footer><p>{}</p>\n<p class=\"line\"><code>{}</code></p>"
        "</footer>\n</main>\n</body>\n</html>\n",
        escape(howMeasured), escape(command));
}

} // namespace sida::report
