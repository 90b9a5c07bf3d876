// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

namespace sida::dataset
{

/// Loads text as a file of a given name, with the fixture's tokenizer.
class DatasetTest : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        auto opened
            = tokenizer::Tokenizer::open(std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/tokenizer");
        ASSERT_TRUE(opened) << opened.error().message;
        s_tokenizer = std::make_unique<tokenizer::Tokenizer>(std::move(*opened));
    }
    static void TearDownTestSuite() { s_tokenizer.reset(); }

    Result<Dataset> load(const std::string& name, std::string_view content)
    {
        return loadDataset(m_folder.file(name, content), m_options, m_traits, m_progress, m_stop.get_token());
    }
    /// The error's message, of which it is checked that it names the file and is one line.
    std::string refusal(const std::string& name, std::string_view content)
    {
        const auto dataset = load(name, content);
        if (dataset)
            return "accepted";
        EXPECT_NE(dataset.error().message.find((m_folder / name).string()), std::string::npos);
        EXPECT_EQ(dataset.error().message.find('\n'), std::string::npos);
        return dataset.error().message;
    }
    static std::vector<std::int32_t> ids(std::string_view text)
    {
        return s_tokenizer->encode(text, std::nullopt, 512).ids;
    }

    static inline std::unique_ptr<tokenizer::Tokenizer> s_tokenizer;
    test::TempFolder m_folder;
    api::DatasetOptions m_options;
    ModelTraits m_traits{s_tokenizer->vocabulary(), 2, s_tokenizer.get()};
    ProgressSink m_progress;
    std::stop_source m_stop;
};

} // namespace sida::dataset
