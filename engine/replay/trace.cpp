// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/replay/trace.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace sida::replay
{

namespace
{

constexpr double kSecond = 1e-9; ///< a nanosecond, in seconds

double seconds(Nanoseconds from, Nanoseconds to)
{
    return static_cast<double>(std::max<Nanoseconds>(0, to - from)) * kSecond;
}

class Reader
{
public:
    explicit Reader(const api::Recording& recording)
        : m_header(recording.header)
        , m_rows(recording.rows)
    {
    }

    Result<Trace> read()
    {
        if (m_rows.droppedEvents > 0)
            return badInput(
                "the recording lost events, so what its experts did is not known: record it again");
        if (m_rows.batches.empty() || m_rows.layers.empty() || m_header.expertsPerLayer.empty())
            return badInput(
                "the recording holds no batch that went through an MoE layer: there is nothing to replay");
        readShape();
        orderSteps();
        readUses();
        readTimes();
        readMemory();
        return std::move(m_trace);
    }

private:
    void readShape()
    {
        m_trace.expertsPerLayer = m_header.expertsPerLayer;
        m_trace.lookahead = std::max(1, m_header.lookahead);
        m_trace.expertBytes = m_header.expertBytes;
        for (std::size_t layer = 0; layer < m_header.expertsPerLayer.size(); ++layer) {
            m_firstOfLayer.push_back(static_cast<int>(m_trace.layerOf.size()));
            m_trace.layerOf.insert(
                m_trace.layerOf.end(), static_cast<std::size_t>(m_header.expertsPerLayer[layer]),
                static_cast<int>(layer));
        }
    }

    std::int32_t indexOf(ExpertKey key) const { return m_firstOfLayer[key.layer] + key.expert; }

    /// Batches that did not end have no row of their own; their layers are left out.
    void orderSteps()
    {
        m_batches = m_rows.batches;
        std::sort(m_batches.begin(), m_batches.end(), [](const auto& a, const auto& b) {
            return a.batch < b.batch;
        });
        m_layers = m_rows.layers;
        std::sort(m_layers.begin(), m_layers.end(), [](const api::LayerRow& a, const api::LayerRow& b) {
            return std::tie(a.batch, a.begin, a.layer) < std::tie(b.batch, b.begin, b.layer);
        });
        std::size_t next = 0;
        for (const api::BatchRow& batch : m_batches) {
            while (next < m_layers.size() && m_layers[next].batch < batch.batch)
                ++next;
            TraceBatch& entry = m_trace.batches.emplace_back();
            entry.firstStep = static_cast<std::uint32_t>(m_trace.steps.size());
            entry.samples = batch.samples;
            for (; next < m_layers.size() && m_layers[next].batch == batch.batch; ++next) {
                Step& step = m_trace.steps.emplace_back();
                step.batch = batch.batch;
                step.layer = m_layers[next].layer;
                m_ofStep.push_back(&m_layers[next]);
            }
            entry.steps = static_cast<std::uint32_t>(m_trace.steps.size()) - entry.firstStep;
        }
    }

    /// The last step of that batch and layer that had begun by then, or the first.
    std::size_t stepOf(const api::UseRow& use) const
    {
        const auto steps = m_steps.equal_range({use.batch, use.key.layer});
        std::size_t chosen = m_trace.steps.size();
        for (auto step = steps.first; step != steps.second; ++step) {
            if (chosen == m_trace.steps.size()
                || (use.routed > 0 && m_ofStep[step->second]->begin <= use.used))
                chosen = step->second;
        }
        return chosen;
    }

    void readUses()
    {
        for (std::size_t i = 0; i < m_trace.steps.size(); ++i)
            m_steps.emplace(std::pair(m_trace.steps[i].batch, m_trace.steps[i].layer), i);
        struct Entry {
            std::size_t step;
            std::int32_t expert;
        };
        std::vector<Entry> used;
        std::vector<Entry> predicted;
        for (const api::UseRow& use : m_rows.uses) {
            const std::size_t step = stepOf(use);
            if (step == m_trace.steps.size())
                continue;
            if (use.routed > 0)
                used.push_back({step, indexOf(use.key)});
            if (use.predicted > 0)
                predicted.push_back({step, indexOf(use.key)});
        }
        m_trace.foretold = !predicted.empty();
        const auto store = [](std::vector<Entry>& entries, std::vector<std::int32_t>& to, auto&& count) {
            std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
                return std::tie(a.step, a.expert) < std::tie(b.step, b.expert);
            });
            to.reserve(entries.size());
            for (const Entry& entry : entries) {
                count(entry.step, to.size());
                to.push_back(entry.expert);
            }
        };
        store(used, m_trace.uses, [&](std::size_t step, std::size_t place) {
            Step& entry = m_trace.steps[step];
            entry.firstUse = entry.uses++ == 0 ? static_cast<std::uint32_t>(place) : entry.firstUse;
        });
        store(predicted, m_trace.predicted, [&](std::size_t step, std::size_t place) {
            Step& entry = m_trace.steps[step];
            entry.firstPredicted
                = entry.predicted++ == 0 ? static_cast<std::uint32_t>(place) : entry.firstPredicted;
        });
    }

    void readTimes()
    {
        std::vector<double> stalled(m_trace.steps.size());
        for (const api::StallRow& stall : m_rows.stalls) {
            const auto steps = m_steps.equal_range({stall.batch, stall.key.layer});
            for (auto step = steps.first; step != steps.second; ++step) {
                const api::LayerRow& layer = *m_ofStep[step->second];
                if (stall.begin >= layer.begin && stall.begin <= layer.end)
                    stalled[step->second] += seconds(stall.begin, stall.end);
            }
        }
        std::map<std::uint32_t, double> builds;
        for (const api::HashBuildRow& build : m_rows.hashBuilds)
            builds[build.batch] = seconds(build.begin, build.end);
        Nanoseconds ended = m_batches.front().begin;
        for (std::size_t i = 0; i < m_batches.size(); ++i) {
            const api::BatchRow& row = m_batches[i];
            TraceBatch& batch = m_trace.batches[i];
            batch.between = seconds(std::max(ended, row.tableReady), row.begin);
            if (const auto build = builds.find(row.batch); build != builds.end())
                batch.hashBuild = build->second;
            Nanoseconds last = row.begin;
            for (std::uint32_t s = 0; s < batch.steps; ++s) {
                const std::size_t index = batch.firstStep + s;
                const api::LayerRow& layer = *m_ofStep[index];
                m_trace.steps[index].before = seconds(last, layer.begin);
                m_trace.steps[index].compute
                    = std::max(0.0, seconds(layer.begin, layer.end) - stalled[index]);
                last = layer.end;
            }
            batch.after = seconds(last, row.end);
            ended = row.end;
        }
    }

    void readMemory()
    {
        const auto at = [](const api::PurposeBytes& bytes, api::Purpose purpose) {
            return bytes[static_cast<std::size_t>(purpose)];
        };
        const auto experts = static_cast<std::uint64_t>(std::max(1, m_trace.experts()));
        for (const api::MemoryRow& row : m_rows.memory) {
            const std::uint64_t all = std::accumulate(row.bytes.begin(), row.bytes.end(), std::uint64_t{0});
            const std::uint64_t predictor = at(row.bytes, api::Purpose::predictor);
            m_trace.predictorBytes = std::max(m_trace.predictorBytes, predictor);
            m_trace.fixedBytes
                = std::max(m_trace.fixedBytes, all - predictor - at(row.bytes, api::Purpose::expertSlots));
        }
        m_trace.slotBytes = m_header.residentBytes > m_trace.fixedBytes
            ? (m_header.residentBytes - m_trace.fixedBytes) / experts
            : m_trace.expertBytes;
        double copying = 0;
        for (const api::TransferRow& row : m_rows.transfers)
            copying += seconds(row.begin, row.end);
        if (!m_rows.transfers.empty())
            m_trace.copySeconds = copying / static_cast<double>(m_rows.transfers.size());
    }

    const api::RunHeader& m_header;
    const api::RecordingChunk& m_rows;
    Trace m_trace;
    std::vector<int> m_firstOfLayer;
    std::vector<api::BatchRow> m_batches;
    std::vector<api::LayerRow> m_layers;
    std::vector<const api::LayerRow*> m_ofStep;
    std::multimap<std::pair<std::uint32_t, std::uint16_t>, std::size_t> m_steps;
};

} // namespace

Result<Trace> traceOf(const api::Recording& recording)
{
    return Reader(recording).read();
}

} // namespace sida::replay
