// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/expert_layout.h"

#include "engine/base/clock.h"
#include "engine/base/thread.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

namespace sida::model
{

namespace
{

/// A panel takes the same place in both layouts, so each is turned by itself.
template <typename T>
void arrangeMatrix(
    std::byte* matrix, std::size_t outputs, std::size_t inputs, ExpertLayout to,
    std::vector<std::byte>& panel)
{
    const std::size_t panelBytes = kernels::kPanel * inputs * sizeof(T);
    panel.resize(std::max(panel.size(), panelBytes));
    const auto* from = reinterpret_cast<const T*>(panel.data());
    for (std::size_t first = 0; first < outputs; first += kernels::kPanel, matrix += panelBytes) {
        std::memcpy(panel.data(), matrix, panelBytes);
        if (to == ExpertLayout::panels)
            kernels::packRows(from, inputs, kernels::kPanel, inputs, reinterpret_cast<T*>(matrix));
        else
            kernels::unpackRows(from, kernels::kPanel, inputs, reinterpret_cast<T*>(matrix));
    }
}

template <typename T>
void arrangeBlock(
    std::byte* block, std::uint64_t woOffset, const ExpertShape& shape, ExpertLayout to,
    std::vector<std::byte>& panel)
{
    arrangeMatrix<T>(block, shape.dFf, shape.dModel, to, panel);
    arrangeMatrix<T>(block + woOffset, shape.dModel, shape.dFf, to, panel);
}

/// Says how far it is, now and then.
class Teller
{
public:
    Teller(const ProgressSink& progress, std::uint64_t total)
        : m_progress(progress)
        , m_total(total)
    {
    }
    void tell(std::uint64_t done)
    {
        constexpr Nanoseconds kBetweenReports = 100'000'000;
        const Nanoseconds now = monotonicNow();
        if (!m_progress || (now - m_last < kBetweenReports && done < m_total))
            return;
        m_last = now;
        const double seconds = static_cast<double>(now - m_begin) * 1e-9;
        m_progress(
            {"Arranging experts", done, m_total,
             done > 0 ? seconds * static_cast<double>(m_total - done) / static_cast<double>(done) : -1});
    }

private:
    const ProgressSink& m_progress;
    const std::uint64_t m_total;
    const Nanoseconds m_begin = monotonicNow();
    Nanoseconds m_last = m_begin;
};

} // namespace

ExpertLayout possibleLayout(ExpertLayout wanted, const ExpertShape& shape)
{
    const bool even = shape.dModel % kernels::kPanel == 0 && shape.dFf % kernels::kPanel == 0;
    return even ? wanted : ExpertLayout::rows;
}

void arrangeExperts(
    experts::HostStore& store, const ExpertShape& shape, ExpertLayout from, ExpertLayout to,
    const ProgressSink& progress)
{
    if (from == to || store.expertCount() == 0)
        return;
    std::atomic<int> next = 0;
    std::atomic<int> done = 0;
    const auto work = [&](const auto& tell) {
        std::vector<std::byte> panel;
        for (int index = next.fetch_add(1); index < store.expertCount(); index = next.fetch_add(1)) {
            std::byte* block = store.mutableBlock(store.key(index));
            if (shape.element == kernels::Element::f32)
                arrangeBlock<float>(block, store.woOffset(), shape, to, panel);
            else
                arrangeBlock<std::uint16_t>(block, store.woOffset(), shape, to, panel);
            done.fetch_add(1);
            tell();
        }
    };
    const std::uint64_t bytes = store.blockBytes();
    Teller teller(progress, bytes * static_cast<std::uint64_t>(store.expertCount()));
    const auto tellHere = [&] { teller.tell(bytes * static_cast<std::uint64_t>(done.load())); };
    {
        constexpr unsigned kMostThreads = 16; // more wait for the same memory
        const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads; ++i)
            helpers.push_back(startThread("sida-load", [&](const std::stop_token&) { work([] {}); }));
        work(tellHere);
    }
    tellHere();
}

} // namespace sida::model
