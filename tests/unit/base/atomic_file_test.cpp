// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

namespace sida
{

namespace
{

namespace fs = std::filesystem;
using test::contentOf;
using test::TempFolder;
using testing::HasSubstr;

std::size_t entries(const fs::path& folder)
{
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, ReplacesAFileAndLeavesNothingElseBehind)
{
    TempFolder folder;
    const fs::path file = folder.file("result.json", "old");
    ASSERT_TRUE(writeFileAtomically(file, "new"));
    EXPECT_EQ(contentOf(file), "new");
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, KeepsTheOldFileWhenWritingFails)
{
    TempFolder folder;
    const fs::path file = folder.file("result.json", "old");
    const Status status = writeFileAtomically(file, [](std::ostream& stream) -> Status {
        stream << "half of the new";
        return badInput("the tensor is missing");
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message, "the tensor is missing");
    EXPECT_EQ(contentOf(file), "old");
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, NoticesAStreamThatFailedOnTheWay)
{
    TempFolder folder;
    const Status status = writeFileAtomically(folder / "result", [](std::ostream& stream) -> Status {
        stream.setstate(std::ios::badbit);
        return {};
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::io);
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(AtomicFile, KeepsALinkAndReplacesWhatItPointsTo)
{
    TempFolder folder;
    const fs::path target = folder.file("target", "old");
    const fs::path link = folder / "link";
    fs::create_symlink("target", link);
    ASSERT_TRUE(writeFileAtomically(link, "new"));
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(contentOf(target), "new");
}

TEST(AtomicFile, RefusesALinkThatLeadsNowhere)
{
    TempFolder folder;
    const fs::path link = folder / "link";
    fs::create_symlink("absent", link);
    const Status status = writeFileAtomically(link, "new");
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr(link.string()));
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, RefusesAFolder)
{
    TempFolder folder;
    const Status status = writeFileAtomically(folder.path(), "x");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::badInput);
    EXPECT_THAT(status.error().message, HasSubstr("is a folder"));
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(AtomicFile, NamesTheFileWhenItsFolderDoesNotExist)
{
    TempFolder folder;
    const Status status = writeFileAtomically(folder / "absent/file", "x");
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("absent/file"));
}

TEST(AtomicFile, WritesToADeviceDirectly)
{
    EXPECT_TRUE(writeFileAtomically("/dev/null", "x"));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(ReadSmallFile, GivesTheWholeContent)
{
    TempFolder folder;
    const std::string content("a\0b\n", 4);
    EXPECT_EQ(*readSmallFile(folder.file("f", content), 4), content);
    EXPECT_EQ(*readSmallFile(folder.file("empty", ""), 4), "");
}

TEST(ReadSmallFile, RefusesWhatIsTooLargeOrNoFile)
{
    TempFolder folder;
    const auto large = readSmallFile(folder.file("f", "12345"), 4);
    ASSERT_FALSE(large);
    EXPECT_THAT(large.error().message, HasSubstr("at most 4"));
    const auto absent = readSmallFile(folder / "absent", 4);
    ASSERT_FALSE(absent);
    EXPECT_THAT(absent.error().message, HasSubstr("no such file"));
    EXPECT_FALSE(readSmallFile(folder.path(), 4));
    EXPECT_FALSE(readSmallFile("/dev/zero", 4));
}

} // namespace

} // namespace sida
