// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace sida::dataset
{

/// The batches of a dataset, pass after pass, each the same, in the file's order or with samples of like
/// length together: among all samples when the dataset is held in memory, else among those of a window that
/// is read from the file, so that the memory taken does not depend on the file's length.
class BatchStream
{
public:
    enum class Order { length, file };

    /// The dataset, and the tokenizer it was loaded with, must outlive the stream.
    BatchStream(const Dataset& data, int batchSize, std::stop_token stop = {}, Order order = Order::length);
    ~BatchStream();
    BatchStream(BatchStream&&) noexcept;
    BatchStream& operator=(BatchStream&&) noexcept;

    /// The next batch, its `number` counted over all passes; nothing at the end of a pass, after which the
    /// next one begins. An error when the file cannot be read or is no longer the one that was loaded, and
    /// when stopped while a window is read.
    Result<std::optional<TokenBatch>> next();

    /// Of one pass.
    static std::uint64_t batches(const Dataset& data, int batchSize);
    /// The most samples that were in memory at once.
    std::uint64_t peakSamplesHeld() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::dataset
