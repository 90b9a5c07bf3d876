// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/compare_html.h"
#include "engine/report/csv.h"
#include "engine/report/report.h"
#include "engine/report/trace.h"
#include "tests/gui/support/scripted_recording.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sstream>

/// Reports of a small scripted run, byte for byte as they were when somebody last looked at them. After a
/// change that is meant to be seen, write them anew with SIDA_UPDATE_GOLDENS=1 in the environment, and look
/// at the difference.
namespace sida::report
{
namespace
{

namespace fs = std::filesystem;

std::shared_ptr<const api::Recording> smallRun(std::uint64_t seed)
{
    test::RecordingScript script;
    script.batches = 3;
    script.layers = 2;
    script.experts = 8;
    script.tokensPerBatch = 6;
    script.cacheSlots = 6;
    script.cacheSlotsAfterChange = 9;
    script.budgetChangeAt = 2;
    script.seed = seed;
    return test::scriptedRecording(script);
}

void expectGolden(const std::string& name, const std::string& text)
{
    const fs::path golden = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/reports" / name;
    if (std::getenv("SIDA_UPDATE_GOLDENS") != nullptr) {
        fs::create_directories(golden.parent_path());
        std::ofstream(golden, std::ios::binary) << text;
        return;
    }
    const std::string expected = test::contentOf(golden);
    const auto difference = std::mismatch(text.begin(), text.end(), expected.begin(), expected.end());
    const auto place = static_cast<std::size_t>(difference.first - text.begin());
    const std::size_t from = place > 60 ? place - 60 : 0;
    EXPECT_TRUE(text == expected) << name << " differs at byte " << place << ":\n  is    "
                                  << text.substr(from, 160) << "\n  was   " << expected.substr(from, 160);
}

TEST(GoldenReport, HtmlIsAsItWas)
{
    expectGolden("run.html", toHtml(*smallRun(7), "run.sida"));
}

TEST(GoldenReport, JsonIsAsItWas)
{
    expectGolden("run.json", toJson(*smallRun(7), "run.sida") + "\n");
}

TEST(GoldenReport, TraceIsAsItWas)
{
    std::ostringstream out;
    ASSERT_TRUE(writeTrace(*smallRun(7), out));
    expectGolden("run-trace.json", out.str());
}

TEST(GoldenReport, TablesAreAsTheyWere)
{
    const test::TempFolder folder;
    ASSERT_TRUE(writeCsv(*smallRun(7), folder / "tables"));
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder / "tables"))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::string all;
    for (const fs::path& file : files)
        all += "== " + file.filename().string() + "\n" + test::contentOf(file);
    expectGolden("run-tables.txt", all);
}

TEST(GoldenReport, ComparisonIsAsItWas)
{
    const auto a = smallRun(7);
    const auto b = smallRun(8);
    const api::NamedRecording runs[] = {{"a.sida", a.get()}, {"b.sida", b.get()}};
    expectGolden("comparison.html", compareHtml(runs).value());
}

} // namespace
} // namespace sida::report
