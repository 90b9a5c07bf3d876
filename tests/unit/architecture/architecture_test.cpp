// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/architecture/source_rules.h"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>

namespace sida::test
{

namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kLicence = "// SPDX-FileCopyrightText: 2026 The SiDA Studio authors\n"
                             "// SPDX-License-Identifier: GPL-3.0-or-later\n";

std::string including(const std::string& header)
{
    return kLicence + "#include " + header + "\n";
}

TEST(Architecture, EverySourceOfTheTreeKeepsToTheRules)
{
    const std::filesystem::path root = SIDA_SOURCE_DIR;
    const auto sources = sourcesBelow(root);
    ASSERT_GT(sources.size(), 100U) << "the tree was not found in " << root;
    std::vector<std::string> found;
    for (const std::filesystem::path& source : sources) {
        std::ifstream stream(root / source, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        for (std::string& line : violations(source, text))
            found.push_back(std::move(line));
    }
    EXPECT_THAT(found, IsEmpty());
}

TEST(Architecture, QtInTheEngineIsFound)
{
    EXPECT_THAT(
        violations("engine/base/units.cpp", including("<QString>")),
        ElementsAre(HasSubstr("engine/base/units.cpp:3: includes QString")));
    EXPECT_THAT(
        violations("engine/api/info.h", including("<QtCore/QObject>")), ElementsAre(HasSubstr("without Qt")));
    EXPECT_THAT(
        violations("app/cli/main.cpp", including("<QCoreApplication>")),
        ElementsAre(HasSubstr("without Qt")));
    EXPECT_THAT(violations("ui/shell/main_window.cpp", including("<QString>")), IsEmpty());
    EXPECT_THAT(violations("engine/base/bounded_queue.h", including("<queue>")), IsEmpty());
}

TEST(Architecture, TheEnginesInsideInTheWindowIsFound)
{
    EXPECT_THAT(
        violations("ui/budget/panel.cpp", including("\"engine/experts/expert_cache.h\"")),
        ElementsAre(HasSubstr("only engine/api and engine/base")));
    EXPECT_THAT(violations("ui/budget/panel.cpp", including("\"engine/api/engine.h\"")), IsEmpty());
    EXPECT_THAT(violations("ui/budget/panel.cpp", including("\"engine/base/units.h\"")), IsEmpty());
    EXPECT_THAT(
        violations("app/studio/main.cpp", including("\"engine/runtime/create_engine.h\"")), IsEmpty());
}

TEST(Architecture, AFrontEndInTheEngineIsFound)
{
    EXPECT_THAT(
        violations("engine/runtime/run.cpp", including("\"ui/models/time_axis.h\"")), testing::SizeIs(1));
    EXPECT_THAT(violations("engine/runtime/run.cpp", including("\"app/cli/context.h\"")), testing::SizeIs(1));
    EXPECT_THAT(
        violations("ui/host/engine_host.cpp", including("\"app/studio/main.h\"")), testing::SizeIs(1));
}

TEST(Architecture, LibtorchInAHeaderIsFound)
{
    for (const char* header : {"<torch/torch.h>", "<ATen/ATen.h>", "<c10/util/Half.h>"}) {
        EXPECT_THAT(violations("engine/model/model.h", including(header)), testing::SizeIs(1)) << header;
        EXPECT_THAT(violations("ui/host/engine_host.h", including(header)), testing::SizeIs(1)) << header;
        EXPECT_THAT(violations("engine/model/model.cpp", including(header)), IsEmpty()) << header;
    }
}

TEST(Architecture, AHeaderThatShowsLibtorchsTypesSaysSoAndStaysInItsFolder)
{
    EXPECT_THAT(violations("engine/model/layers_torch.h", including("<ATen/ATen.h>")), IsEmpty());
    const std::string user = including("\"engine/model/layers_torch.h\"");
    EXPECT_THAT(violations("engine/model/layers.cpp", user), IsEmpty());
    EXPECT_THAT(violations("tests/unit/model/layers_test.cpp", user), IsEmpty());
    EXPECT_THAT(violations("engine/model/more_torch.h", user), IsEmpty());
    EXPECT_THAT(violations("engine/model/model.h", user), testing::SizeIs(1));
    EXPECT_THAT(violations("engine/runtime/run.cpp", user), testing::SizeIs(1));
    EXPECT_THAT(violations("ui/layers_torch.h", including("<ATen/ATen.h>")), testing::SizeIs(1));
}

TEST(Architecture, ASourceWithoutItsLicenceIsFound)
{
    EXPECT_THAT(violations("engine/base/units.h", "#pragma once\n"), ElementsAre(HasSubstr("SPDX")));
    EXPECT_THAT(violations("installer/lib.sh", "#!/bin/sh\n"), ElementsAre(HasSubstr("SPDX")));
    EXPECT_THAT(
        violations("ui/CMakeLists.txt", "# SPDX-License-Identifier: GPL-3.0-or-later\n"), testing::SizeIs(1));
    EXPECT_THAT(violations("engine/base/units.h", kLicence), IsEmpty());
}

std::string contentOf(const std::filesystem::path& file)
{
    std::ifstream stream(std::filesystem::path(SIDA_SOURCE_DIR) / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Dependencies, EveryPackageThatIsInstalledIsExplained)
{
    const std::string script = contentOf("installer/dependencies.sh");
    const std::size_t begin = script.find("packages=(\n");
    ASSERT_NE(begin, std::string::npos);
    std::string list = script.substr(begin + 11, script.find("\n)", begin) - begin - 11);
    std::replace_if(
        list.begin(), list.end(), [](char c) { return c == '|' || c == '"'; }, ' ');
    const std::string document = contentOf("docs/dependencies.md");
    std::istringstream names(list);
    int count = 0;
    for (std::string name; names >> name; ++count)
        EXPECT_THAT(document, HasSubstr("`" + name + "`"));
    EXPECT_GT(count, 15);
}

} // namespace

} // namespace sida::test
