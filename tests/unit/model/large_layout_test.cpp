// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model.h"
#include "engine/model/synthetic.h"
#include "tests/support/headers_only.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

using namespace sida;

namespace
{

TEST(LargeLayout, AModelOfThreeTerabytesIsInspectedFromItsHeaders)
{
    const test::TempFolder folder;
    const auto model = model::openSynthetic("synthetic:switch-c-2048").value();
    test::writeHeadersOnly(folder.path(), model, 10'000'000'000);
    const auto info = model::inspectModel(folder.path());
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->expertCount, 61'440);
    EXPECT_EQ(info->moeLayers.size(), 30u);
    EXPECT_GT(info->files.size(), 300u);
    EXPECT_EQ(info->parameters, model::inspectModel("synthetic:switch-c-2048").value().parameters);
}

} // namespace
