// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/recorder.h"

#include "engine/profile/event_ring.h"
#include "engine/profile/row_order.h"

#include <mutex>
#include <spdlog/spdlog.h>
#include <tuple>
#include <utility>

namespace sida::profile
{

namespace
{

template <typename Row>
struct Member {
    std::vector<Row> api::RecordingChunk::*rows;
};

/// Every kind of row that goes through a ring; its place in this list is the kind of its event.
constexpr std::tuple kKinds{
    Member<api::BatchRow>{&api::RecordingChunk::batches},
    Member<api::LayerRow>{&api::RecordingChunk::layers},
    Member<api::UseRow>{&api::RecordingChunk::uses},
    Member<api::TransferRow>{&api::RecordingChunk::transfers},
    Member<api::EvictionRow>{&api::RecordingChunk::evictions},
    Member<api::StallRow>{&api::RecordingChunk::stalls},
    Member<api::MemoryRow>{&api::RecordingChunk::memory},
    Member<api::PrefetchSwitchRow>{&api::RecordingChunk::prefetchSwitches},
    Member<api::HashRow>{&api::RecordingChunk::hash},
    Member<api::CalibrationRow>{&api::RecordingChunk::calibration},
    Member<api::HashBuildRow>{&api::RecordingChunk::hashBuilds},
    Member<api::SampleRow>{&api::RecordingChunk::samples}};
constexpr std::size_t kKindCount = std::tuple_size_v<decltype(kKinds)>;

template <typename Row, std::size_t Kind = 0>
constexpr std::uint8_t kindOf()
{
    if constexpr (std::is_same_v<
                      std::tuple_element_t<Kind, std::remove_const_t<decltype(kKinds)>>, Member<Row>>)
        return Kind;
    else
        return kindOf<Row, Kind + 1>();
}

template <typename Row>
void unpack(Member<Row> member, const std::byte* bytes, api::RecordingChunk& chunk)
{
    Row row;
    std::memcpy(&row, bytes, sizeof(Row));
    (chunk.*member.rows).push_back(row);
}

template <std::size_t... Kinds>
void unpackInto(
    api::RecordingChunk& chunk, std::uint8_t kind, const std::byte* bytes, std::index_sequence<Kinds...>)
{
    ((kind == Kinds ? unpack(std::get<Kinds>(kKinds), bytes, chunk) : void()), ...);
}

class RingProducer final : public Recorder::Producer
{
public:
    RingProducer(std::string name, std::size_t capacity)
        : m_name(std::move(name))
        , m_ring(capacity)
    {
    }

    void record(const api::BatchRow& row) noexcept override { push(row); }
    void record(const api::LayerRow& row) noexcept override { push(row); }
    void record(const api::UseRow& row) noexcept override { push(row); }
    void record(const api::TransferRow& row) noexcept override { push(row); }
    void record(const api::EvictionRow& row) noexcept override { push(row); }
    void record(const api::StallRow& row) noexcept override { push(row); }
    void record(const api::MemoryRow& row) noexcept override { push(row); }
    void record(const api::PrefetchSwitchRow& row) noexcept override { push(row); }
    void record(const api::HashRow& row) noexcept override { push(row); }
    void record(const api::CalibrationRow& row) noexcept override { push(row); }
    void record(const api::HashBuildRow& row) noexcept override { push(row); }
    void record(const api::SampleRow& row) noexcept override { push(row); }

    void drainInto(api::RecordingChunk& chunk)
    {
        m_ring.consume([&chunk](std::uint8_t kind, const std::byte* bytes) {
            unpackInto(chunk, kind, bytes, std::make_index_sequence<kKindCount>());
        });
        if (!m_warned && m_ring.dropped() > 0) {
            m_warned = true;
            spdlog::warn("{} records faster than its events are taken; some are dropped and counted", m_name);
        }
    }
    std::uint64_t dropped() const { return m_ring.dropped(); }

private:
    template <typename Row>
    void push(const Row& row) noexcept
    {
        m_ring.push(kindOf<Row>(), row);
    }

    std::string m_name;
    EventRing m_ring;
    bool m_warned = false;
};

class SilentProducer final : public Recorder::Producer
{
public:
    void record(const api::BatchRow&) noexcept override { }
    void record(const api::LayerRow&) noexcept override { }
    void record(const api::UseRow&) noexcept override { }
    void record(const api::TransferRow&) noexcept override { }
    void record(const api::EvictionRow&) noexcept override { }
    void record(const api::StallRow&) noexcept override { }
    void record(const api::MemoryRow&) noexcept override { }
    void record(const api::PrefetchSwitchRow&) noexcept override { }
    void record(const api::HashRow&) noexcept override { }
    void record(const api::CalibrationRow&) noexcept override { }
    void record(const api::HashBuildRow&) noexcept override { }
    void record(const api::SampleRow&) noexcept override { }
};

} // namespace

struct Recorder::State {
    bool enabled = true;
    std::size_t capacity = 0;
    SilentProducer silent;
    mutable std::mutex mutex; ///< for the lists; recording into a ring never takes it
    std::vector<std::unique_ptr<RingProducer>> producers;
    std::vector<api::BudgetRow> budgets;
};

Recorder::Recorder(bool enabled, std::size_t eventsPerProducer)
    : m_state(std::make_unique<State>())
{
    m_state->enabled = enabled;
    m_state->capacity = eventsPerProducer;
}
Recorder::~Recorder() = default;

Recorder::Producer& Recorder::addProducer(std::string name)
{
    if (!m_state->enabled)
        return m_state->silent;
    const std::lock_guard lock(m_state->mutex);
    m_state->producers.push_back(std::make_unique<RingProducer>(std::move(name), m_state->capacity));
    return *m_state->producers.back();
}

void Recorder::record(api::BudgetRow row)
{
    if (!m_state->enabled)
        return;
    const std::lock_guard lock(m_state->mutex);
    m_state->budgets.push_back(std::move(row));
}

api::RecordingChunk Recorder::drain()
{
    api::RecordingChunk chunk;
    {
        const std::lock_guard lock(m_state->mutex);
        for (const auto& producer : m_state->producers)
            producer->drainInto(chunk);
        chunk.budgets = std::exchange(m_state->budgets, {});
    }
    orderRows(chunk);
    chunk.droppedEvents = dropped();
    return chunk;
}

std::uint64_t Recorder::dropped() const
{
    const std::lock_guard lock(m_state->mutex);
    std::uint64_t sum = 0;
    for (const auto& producer : m_state->producers)
        sum += producer->dropped();
    return sum;
}

} // namespace sida::profile
