// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/replay/player.h"

#include "engine/experts/prefetch_queue.h"
#include "engine/experts/prefetch_switch.h"

#include <algorithm>

namespace sida::replay
{

namespace
{

class Player
{
public:
    Player(const Trace& trace, const Future& future, const api::ReplayConfiguration& configuration, int slots)
        : m_trace(trace)
        , m_prefetches(configuration.policy == api::Policy::sida)
        , m_slots(slots)
        , m_cache(trace, configuration, slots, configuration.belady ? &future : nullptr)
        , m_copies(static_cast<std::size_t>(trace.experts()))
        , m_switches(trace.expertsPerLayer.size())
        , m_popped(trace.batches.size())
        , m_readyAt(trace.batches.size())
    {
        if (m_prefetches) {
            linkPredictions();
            measureCycles();
        }
        if (configuration.policy != api::Policy::resident)
            return;
        for (std::int32_t expert = 0; expert < trace.experts(); ++expert)
            m_cache.insert(expert);
    }

    api::ReplayPoint play()
    {
        for (std::size_t batch = 0; batch < m_trace.batches.size(); ++batch)
            playBatch(batch);
        m_point.slots = m_slots;
        m_point.uses = m_trace.uses.size();
        m_point.bytes = m_point.copies * m_trace.expertBytes;
        m_point.seconds = m_time - m_began;
        std::uint64_t samples = 0;
        for (const TraceBatch& batch : m_trace.batches)
            samples += batch.samples;
        m_point.samplesPerSecond = m_point.seconds > 0 ? static_cast<double>(samples) / m_point.seconds : 0;
        return m_point;
    }

private:
    /// Of an expert's latest copy.
    struct Copy {
        double arrived = 0;
        Position copiedFor = kNever; ///< prefetched for this position, which is still to come
        bool used = true;
        std::uint32_t knownHead = 0; ///< its next prediction, an index into Trace::predicted
    };
    static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

    Copy& copyOf(std::int32_t expert) { return m_copies[static_cast<std::size_t>(expert)]; }

    /// Each prediction's next one of the same expert, and its position.
    void linkPredictions()
    {
        m_nextSame.assign(m_trace.predicted.size(), kNone);
        m_positionOf.resize(m_trace.predicted.size());
        std::vector<std::uint32_t> later(m_copies.size(), kNone);
        for (std::size_t i = m_trace.steps.size(); i-- > 0;) {
            const Step& step = m_trace.steps[i];
            for (std::uint32_t k = step.firstPredicted; k < step.firstPredicted + step.predicted; ++k) {
                std::uint32_t& next = later[static_cast<std::size_t>(m_trace.predicted[k])];
                m_nextSame[k] = next;
                next = k;
                m_positionOf[k] = static_cast<Position>(i);
            }
        }
        for (std::size_t i = 0; i < m_copies.size(); ++i)
            m_copies[i].knownHead = later[i];
    }

    /// From each step to the next one of the same layer.
    void measureCycles()
    {
        m_cycleOf.assign(m_trace.steps.size(), static_cast<Position>(m_trace.expertsPerLayer.size()));
        std::vector<Position> later(m_trace.expertsPerLayer.size(), kNever);
        for (std::size_t i = m_trace.steps.size(); i-- > 0;) {
            Position& next = later[m_trace.steps[i].layer];
            const auto here = static_cast<Position>(i);
            if (next != kNever)
                m_cycleOf[i] = next - here;
            next = here;
        }
    }

    void playBatch(std::size_t number)
    {
        const TraceBatch& batch = m_trace.batches[number];
        double begin = m_time + batch.between;
        if (m_prefetches) {
            buildTables(begin, number + 1); // its own in any case
            begin = std::max(begin, m_readyAt[number]);
        }
        advanceBus(begin);
        if (number == 0)
            m_began = begin;
        m_popped[number] = begin;
        m_poppedCount = number + 1;
        m_time = begin;
        for (std::uint32_t i = 0; i < batch.steps; ++i)
            playStep(batch.firstStep + i);
        advanceBus(m_time + batch.after);
        m_time += batch.after;
        m_cache.endBatch();
    }

    /// Tables that are ready by `until`, and in any case those of the first `atLeast` batches.
    void buildTables(double until, std::size_t atLeast)
    {
        while (m_told < m_trace.batches.size()) {
            // A table that is ready waits for room in the queue before the next one is begun.
            const auto waiting = static_cast<std::size_t>(m_trace.lookahead) + 1;
            double begin = m_built;
            if (m_told >= waiting) {
                const std::size_t leaves = m_told - waiting;
                if (leaves >= m_poppedCount)
                    return;
                begin = std::max(begin, m_popped[leaves]);
            }
            const double ready = begin + m_trace.batches[m_told].hashBuild;
            if (m_told >= atLeast && ready > until)
                return;
            m_built = ready;
            m_readyAt[m_told] = ready;
            tell(m_trace.batches[m_told]);
            ++m_told;
            m_changed = std::max(m_changed, ready);
        }
    }

    void tell(const TraceBatch& batch)
    {
        for (std::uint32_t i = batch.firstStep; i < batch.firstStep + batch.steps; ++i) {
            const Step& step = m_trace.steps[i];
            m_toldUntil = std::max(m_toldUntil, step.firstPredicted + step.predicted);
            for (const std::int32_t expert : m_trace.predictedOf(step)) {
                if (m_cache.knownUse(expert) == kNever)
                    knowNext(expert);
            }
        }
    }

    /// The first prediction of the expert that is still to come and has been told.
    void knowNext(std::int32_t expert)
    {
        std::uint32_t& head = copyOf(expert).knownHead;
        while (head != kNone && m_positionOf[head] < m_now)
            head = m_nextSame[head];
        m_cache.setKnownUse(expert, head != kNone && head < m_toldUntil ? m_positionOf[head] : kNever);
    }

    void playStep(std::uint32_t index)
    {
        const Step& step = m_trace.steps[index];
        const double begin = m_time + step.before;
        if (m_prefetches)
            buildTables(begin, 0);
        advanceBus(begin);
        m_now = index + 1;
        m_usedByALayer = step.uses;
        if (m_prefetches)
            passPredictions(step, index);

        m_late.clear();
        m_missing.clear();
        const double each = step.uses > 0 ? step.compute / step.uses : 0;
        m_order.clear();
        double done = begin;
        for (std::uint32_t i = 0; i < step.uses; ++i) {
            const std::int32_t expert = m_trace.uses[step.firstUse + i];
            if (!m_cache.isThere(expert)) {
                m_missing.push_back({expert, step.firstUse + i});
                continue;
            }
            m_cache.pin(expert);
            if (copyOf(expert).arrived > begin) {
                m_late.push_back({expert, step.firstUse + i});
                ++m_point.late;
                continue;
            }
            ++m_point.hits;
            done += each;
            use(expert, step.firstUse + i);
            m_order.push_back({expert, done});
        }
        std::size_t computed = 0; // of this layer's, those that may leave for the ones that still come
        std::sort(m_late.begin(), m_late.end(), [this](const Wanted& a, const Wanted& b) {
            return copyOf(a.expert).arrived < copyOf(b.expert).arrived;
        });
        for (const Wanted& wanted : m_late) {
            done = waitFor(copyOf(wanted.expert).arrived, done) + each;
            use(wanted.expert, wanted.use);
            m_order.push_back({wanted.expert, done});
        }
        for (const Wanted& wanted : m_missing) {
            double start = std::max(m_busFree, begin);
            if (!m_cache.hasRoom()) {
                std::optional<std::int32_t> leaves = m_cache.anyVictim();
                while (!leaves && computed < step.uses) {
                    const std::int32_t other = m_trace.uses[step.firstUse + computed++];
                    if (!m_cache.isThere(other))
                        continue;
                    m_cache.unpin(other);
                    start = std::max(start, done);
                    leaves = m_cache.anyVictim();
                }
                if (leaves)
                    evict(*leaves);
            }
            copy(wanted.expert, start, kNever);
            m_cache.pin(wanted.expert);
            done = waitFor(copyOf(wanted.expert).arrived, done) + each;
            use(wanted.expert, wanted.use);
            m_order.push_back({wanted.expert, done});
        }
        giveBack();
        advanceBus(done);
        m_changed = std::max(m_changed, done);
        m_time = done;
    }

    /// The slots of a layer make room for what comes, a group of experts after the other as they have been
    /// computed.
    void giveBack()
    {
        const std::size_t group = std::max<std::size_t>(1, (m_order.size() + kGroups - 1) / kGroups);
        m_layerHoldsSlots = true;
        for (std::size_t first = 0; first < m_order.size(); first += group) {
            const std::size_t end = std::min(first + group, m_order.size());
            const double released = m_order[end - 1].done;
            advanceBus(released);
            for (std::size_t i = first; i < end; ++i)
                m_cache.unpin(m_order[i].expert);
            m_changed = std::max(m_changed, released);
        }
        m_layerHoldsSlots = false;
    }

    double waitFor(double arrival, double done)
    {
        m_point.stallSeconds += std::max(0.0, arrival - done);
        return std::max(arrival, done);
    }

    void use(std::int32_t expert, std::size_t useIndex)
    {
        copyOf(expert).used = true;
        m_cache.use(expert, useIndex);
    }

    /// What was foretold for this step is no longer to come; the layer's switch learns whether it came true.
    void passPredictions(const Step& step, std::uint32_t index)
    {
        int judged = 0;
        int right = 0;
        const auto uses = m_trace.usesOf(step);
        for (const std::int32_t expert : m_trace.predictedOf(step)) {
            Copy& copy = copyOf(expert);
            const bool came = std::binary_search(uses.begin(), uses.end(), expert);
            if (!m_cache.isThere(expert) || copy.copiedFor == index) {
                ++judged;
                right += came ? 1 : 0;
            }
            if (copy.copiedFor == index) {
                copy.copiedFor = kNever;
                --m_ahead;
            }
            knowNext(expert);
        }
        m_switches[step.layer].judge(judged, right);
        m_cursor = std::max(m_cursor, step.firstPredicted + step.predicted);
    }

    /// Prefetches that the bus begins before that time.
    void advanceBus(double until)
    {
        if (!m_prefetches)
            return;
        while (m_busFree < until) {
            const std::optional<std::uint32_t> next = nextPrefetch();
            if (!next)
                return;
            const double start = std::max(m_busFree, m_changed);
            if (start >= until)
                return;
            const std::int32_t expert = m_trace.predicted[*next];
            const Position wanted = m_positionOf[*next];
            if (!m_cache.hasRoom()) {
                const auto keepsUntil = static_cast<Position>(
                    experts::prefetchKeepsUntil(wanted, m_now, m_cycleOf[wanted], m_layerHoldsSlots));
                const std::optional<std::int32_t> leaves = m_cache.victim(keepsUntil);
                if (!leaves || copyOf(*leaves).arrived > start)
                    return;
                evict(*leaves);
            }
            m_cursor = std::max(m_cursor, *next + 1);
            copy(expert, start, wanted);
            ++m_ahead;
        }
    }

    /// The soonest prediction that has been told and whose expert is not there.
    std::optional<std::uint32_t> nextPrefetch()
    {
        if (m_ahead >= experts::defaultPrefetchLimit(m_slots, m_usedByALayer))
            return std::nullopt;
        for (std::uint32_t i = m_cursor; i < m_toldUntil; ++i) {
            const std::int32_t expert = m_trace.predicted[i];
            const bool isOn
                = m_switches[static_cast<std::size_t>(m_trace.layerOf[static_cast<std::size_t>(expert)])]
                      .isOn();
            if (m_positionOf[i] >= m_now && !m_cache.isThere(expert) && isOn)
                return i;
            m_cursor = i + 1;
        }
        return std::nullopt;
    }

    void copy(std::int32_t expert, double start, Position copiedFor)
    {
        Copy& copy = copyOf(expert);
        copy.arrived = start + m_trace.copySeconds;
        copy.copiedFor = copiedFor;
        copy.used = false;
        m_busFree = copy.arrived;
        m_cache.insert(expert);
        ++m_point.copies;
    }

    void evict(std::int32_t expert)
    {
        Copy& copy = copyOf(expert);
        if (!copy.used)
            m_point.wastedBytes += m_trace.expertBytes;
        if (copy.copiedFor != kNever) {
            copy.copiedFor = kNever;
            --m_ahead;
        }
        m_cache.evict(expert);
        // What is still wanted comes back into the order of use.
        if (m_prefetches && m_cache.knownUse(expert) != kNever)
            m_cursor = std::min(m_cursor, copy.knownHead);
    }

    struct Wanted {
        std::int32_t expert;
        std::size_t use;
    };
    struct Computed {
        std::int32_t expert;
        double done;
    };
    static constexpr std::size_t kGroups = 4; ///< as in engine/experts

    const Trace& m_trace;
    const bool m_prefetches;
    const int m_slots;
    CacheModel m_cache;
    std::vector<Copy> m_copies;
    std::vector<experts::PrefetchSwitch> m_switches;
    std::vector<std::uint32_t> m_nextSame; ///< [predictions]
    std::vector<Position> m_positionOf; ///< [predictions]
    std::vector<double> m_popped; ///< [batches] when each left the queue
    std::vector<double> m_readyAt; ///< [batches] when each table was built
    std::vector<Wanted> m_late;
    std::vector<Wanted> m_missing;
    std::vector<Computed> m_order; ///< of the layer in progress
    std::vector<Position> m_cycleOf; ///< [steps]
    api::ReplayPoint m_point;
    std::size_t m_poppedCount = 0;
    std::size_t m_told = 0; ///< tables
    std::uint32_t m_toldUntil = 0; ///< predictions
    std::uint32_t m_cursor = 0; ///< predictions before it are there or past
    std::size_t m_usedByALayer = 0;
    int m_ahead = 0;
    bool m_layerHoldsSlots = false;
    Position m_now = 0;
    double m_began = 0;
    double m_time = 0;
    double m_built = 0;
    double m_busFree = 0;
    double m_changed = 0; ///< since when there has been something new for the bus to begin
};

} // namespace

api::ReplayPoint
play(const Trace& trace, const Future& future, const api::ReplayConfiguration& configuration, int slots)
{
    return Player(trace, future, configuration, slots).play();
}

} // namespace sida::replay
