// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/batch_stream.h"

#include "engine/dataset/sample_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::dataset
{

namespace fs = std::filesystem;

namespace
{

/// Enough for batches of like length; more would let the first batch of a window wait longer.
constexpr std::uint64_t kMostWindowSamples = 8192;

std::uint64_t atLeastOne(int batchSize)
{
    return static_cast<std::uint64_t>(std::max(batchSize, 1));
}

/// A multiple of the batch size, so that only the last batch of a pass can be smaller than the others.
std::uint64_t windowSamples(const Dataset& data, std::uint64_t batchSize)
{
    const std::uint64_t longest
        = static_cast<std::uint64_t>(data.info.longest) + static_cast<std::uint64_t>(data.info.longestTarget);
    const std::uint64_t sampleBytes = sizeof(Sample) + longest * sizeof(std::int32_t);
    const std::uint64_t fit
        = std::min(data.file->options.memoryBytes / 4 / sampleBytes, kMostWindowSamples) / batchSize;
    return std::max<std::uint64_t>(fit, 1) * batchSize;
}

} // namespace

struct BatchStream::State {
    State(const Dataset& dataset, std::uint64_t size, std::stop_token token, Order wanted)
        : data(dataset)
        , batchSize(size)
        , stop(std::move(token))
        , order(wanted)
    {
    }

    std::vector<std::vector<std::uint64_t>> planFor(const std::vector<Sample>& samples) const
    {
        const auto size = static_cast<int>(batchSize);
        return order == Order::length ? planBatches(samples, size) : planInOrder(samples.size(), size);
    }

    const Dataset& data;
    std::uint64_t batchSize;
    std::stop_token stop;
    Order order;

    std::unique_ptr<SampleReader> reader; ///< of the pass in progress; null between passes
    std::vector<Sample> window; ///< unless the dataset is held
    std::uint64_t windowBegin = 0; ///< index of its first sample
    std::vector<std::vector<std::uint64_t>> plan; ///< of the window, or of all samples
    std::size_t nextInPlan = 0;
    std::uint32_t number = 0;
    std::uint64_t peakHeld = 0;

    Status openFile();
    Status fillWindow();
    tl::unexpected<Error> changed() const
    {
        return badInput(fmt::format(
            "{}: the file was changed after it had been loaded; load it again", data.info.path.string()));
    }
};

Status BatchStream::State::openFile()
{
    std::error_code error;
    if (fs::last_write_time(data.info.path, error) != data.file->changed
        || fs::file_size(data.info.path, error) != data.file->bytes)
        return changed();
    SIDA_TRY_ASSIGN(
        reader, SampleReader::open(data.info.path, data.file->options, data.file->traits, {}, stop));
    windowBegin = 0;
    return {};
}

/// An empty window is the end of the pass.
Status BatchStream::State::fillWindow()
{
    if (!reader)
        SIDA_TRY(openFile());
    windowBegin += window.size();
    window.clear();
    plan.clear();
    nextInPlan = 0;
    const std::uint64_t most = windowSamples(data, batchSize);
    while (window.size() < most) {
        SIDA_TRY_ASSIGN(std::optional<Sample> sample, reader->next());
        if (!sample)
            break;
        // What was planned for the batches was measured on the file as it was.
        if (static_cast<int>(sample->ids.size()) > data.info.longest
            || static_cast<int>(sample->target.size()) > data.info.longestTarget)
            return changed();
        window.push_back(std::move(*sample));
    }
    peakHeld = std::max<std::uint64_t>(peakHeld, window.size());
    if (windowBegin + window.size() > data.info.samples
        || (window.empty() && windowBegin != data.info.samples))
        return changed();
    plan = planFor(window);
    if (window.empty())
        reader.reset();
    return {};
}

BatchStream::BatchStream(const Dataset& data, int batchSize, std::stop_token stop, Order order)
    : m_state(std::make_unique<State>(data, atLeastOne(batchSize), std::move(stop), order))
{
    if (!data.isHeld())
        return;
    m_state->plan = m_state->planFor(data.samples);
    m_state->peakHeld = data.samples.size();
}
BatchStream::~BatchStream() = default;
BatchStream::BatchStream(BatchStream&&) noexcept = default;
BatchStream& BatchStream::operator=(BatchStream&&) noexcept = default;

Result<std::optional<TokenBatch>> BatchStream::next()
{
    State& state = *m_state;
    const bool held = state.data.isHeld();
    if (!held && state.nextInPlan == state.plan.size())
        SIDA_TRY(state.fillWindow());
    if (state.nextInPlan == state.plan.size()) {
        state.nextInPlan = 0;
        return std::optional<TokenBatch>();
    }
    const std::vector<std::uint64_t>& indices = state.plan[state.nextInPlan++];
    TokenBatch batch = makeBatch(held ? state.data.samples : state.window, indices, state.number++);
    for (std::uint64_t& sample : batch.samples)
        sample += state.windowBegin;
    return std::optional(std::move(batch));
}

std::uint64_t BatchStream::batches(const Dataset& data, int batchSize)
{
    const std::uint64_t size = atLeastOne(batchSize);
    const std::uint64_t samples = data.isHeld() ? data.samples.size() : data.info.samples;
    return (samples + size - 1) / size;
}

std::uint64_t BatchStream::peakSamplesHeld() const
{
    return m_state->peakHeld;
}

} // namespace sida::dataset
