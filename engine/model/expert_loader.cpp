// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/expert_loader.h"

#include "engine/base/clock.h"
#include "engine/base/thread.h"
#include "engine/model/compute_type.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace sida::model
{

namespace
{

struct ReadJob {
    StoredTensor tensor;
    std::byte* target = nullptr;
};

std::vector<ReadJob> jobsInFileOrder(const SwitchLayout& layout, bool decoder, experts::HostStore& store)
{
    std::vector<ReadJob> jobs;
    std::uint16_t layer = 0;
    for (const SwitchBlockLayout* block : blocksOf(layout, decoder)) {
        if (!block->sparse())
            continue;
        for (std::size_t e = 0; e < block->experts.size(); ++e) {
            std::byte* target = store.mutableBlock({layer, static_cast<std::uint16_t>(e)});
            jobs.push_back({block->experts[e].wi, target});
            jobs.push_back({block->experts[e].wo, target + store.woOffset()});
        }
        ++layer;
    }
    std::sort(jobs.begin(), jobs.end(), [](const ReadJob& a, const ReadJob& b) {
        if (a.tensor.file != b.tensor.file)
            return a.tensor.file->path() < b.tensor.file->path();
        return a.tensor.entry->begin < b.tensor.entry->begin;
    });
    return jobs;
}

/// The threads' common state: who reads what next, and how it goes.
class Readers
{
public:
    Readers(std::vector<ReadJob> jobs, api::DType compute, const std::stop_token& stop)
        : m_jobs(std::move(jobs))
        , m_compute(compute)
        , m_stop(stop)
    {
        for (const ReadJob& job : m_jobs)
            m_total += bytesOf(job);
    }

    /// Reads until nothing is left, something failed or the user stopped it; `tell` is called between jobs.
    template <typename Tell>
    void work(const Tell& tell)
    {
        for (;;) {
            const std::size_t index = m_next.fetch_add(1);
            if (index >= m_jobs.size() || m_failed.load() || m_stop.stop_requested())
                return;
            const ReadJob& job = m_jobs[index];
            const std::span<std::byte> out(job.target, bytesOf(job));
            const checkpoint::StorageType type = storageTypeOf(m_compute);
            if (Status status = job.tensor.file->readAs(type, *job.tensor.entry, out); !status)
                fail(std::move(status.error()));
            // A small file costs nothing, and is likely to be loaded again soon.
            constexpr std::uint64_t kLargeFile = 256 * 1024 * 1024;
            if (job.tensor.file->fileBytes() > kLargeFile)
                job.tensor.file->forget(*job.tensor.entry);
            m_done.fetch_add(out.size());
            tell();
        }
    }

    void report(const ProgressSink& progress)
    {
        constexpr Nanoseconds kBetweenReports = 100'000'000;
        const Nanoseconds now = monotonicNow();
        if (!progress || now - m_lastReport < kBetweenReports)
            return;
        m_lastReport = now;
        const std::uint64_t done = m_done.load();
        const double seconds = static_cast<double>(now - m_begin) * 1e-9;
        const double left
            = done > 0 ? seconds * static_cast<double>(m_total - done) / static_cast<double>(done) : -1;
        progress({"Loading experts", done, m_total, left});
    }

    Status result(const ProgressSink& progress)
    {
        if (m_failed.load())
            return failure(std::move(m_error));
        if (m_stop.stop_requested())
            return failure(ErrorKind::cancelled, "Loading the model was stopped");
        if (progress)
            progress({"Loading experts", m_total, m_total, 0});
        return {};
    }

private:
    void fail(Error error)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_failed.exchange(true))
            m_error = std::move(error);
    }

    std::uint64_t bytesOf(const ReadJob& job) const
    {
        return job.tensor.entry->elements() * elementBytes(m_compute);
    }

    const std::vector<ReadJob> m_jobs;
    const api::DType m_compute;
    const std::stop_token& m_stop;
    std::uint64_t m_total = 0;
    const Nanoseconds m_begin = monotonicNow();
    Nanoseconds m_lastReport = 0;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<std::uint64_t> m_done = 0;
    std::atomic<bool> m_failed = false;
    std::mutex m_mutex;
    Error m_error;
};

} // namespace

Status readExperts(
    const SwitchLayout& layout, const LoadOptions& options, experts::HostStore& store,
    const ProgressSink& progress, const std::stop_token& stop)
{
    // Most of the time goes into the system's clearing of fresh memory, which needs many cores to keep up
    // with the page cache; more threads than this wait for the same memory.
    constexpr unsigned kMostThreads = 16;
    Readers readers(jobsInFileOrder(layout, options.decoder, store), options.compute, stop);
    {
        std::vector<std::jthread> helpers;
        const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
        for (unsigned i = 1; i < threads; ++i)
            helpers.push_back(
                startThread("sida-load", [&readers](const std::stop_token&) { readers.work([] {}); }));
        readers.work([&] { readers.report(progress); });
    }
    return readers.result(progress);
}

} // namespace sida::model
