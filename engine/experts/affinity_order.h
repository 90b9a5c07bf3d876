// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sida::experts
{

/// Which of the samples that wait go through the model next, so that few experts must be copied: those that
/// are predicted to need what is on the device already or what the others of their batch need. Experts are
/// all of one size, so bytes are counted in experts. Knows nothing of threads, models and time.
class AffinityOrder
{
public:
    struct Options {
        int experts = 0; ///< over all MoE layers
        int slots = 0; ///< that the device has for them
        int batchSize = 1;
        /// A sample that was passed over for so many batches goes next.
        int patience = 16;
    };
    struct Waiting {
        std::vector<int> experts; ///< predicted, by their number over all layers, each once
        std::uint64_t since = 0; ///< batches chosen when it came
    };

    explicit AffinityOrder(const Options& options);

    /// Places in `waiting` (oldest first) of the next batch's samples, in ascending order; all of them when
    /// there are no more than a batch holds. What is chosen counts as used.
    std::vector<std::size_t> choose(std::span<const Waiting> waiting);
    std::uint64_t batches() const { return m_batches; }

private:
    void add(const Waiting& sample);
    void findHeld();
    void learn();

    const Options m_options;
    std::uint64_t m_batches = 0;
    std::vector<std::uint64_t> m_lastUsed; ///< by expert: number of the batch, from 1
    std::vector<std::uint8_t> m_isHeld; ///< on the device as far as can be told, or needed by this batch
    std::vector<double> m_oftenHeld; ///< share of the recent batches that found it held
    double m_learned = 0; ///< batches that the shares were formed from, fading
    std::vector<std::uint64_t> m_scratch;
};

} // namespace sida::experts
