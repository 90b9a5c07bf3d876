// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/expert_cache.h"
#include "engine/runtime/executor.h"

#include <algorithm>

namespace sida::runtime
{

namespace
{

/// Serves budget changes between two layers, when no slot is in use.
class GatedSource final : public experts::ExpertSource
{
public:
    GatedSource(experts::ExpertCache& cache, const std::function<void()>& betweenLayers)
        : m_cache(cache)
        , m_betweenLayers(betweenLayers)
    {
    }
    void beginLayer(int moeLayer, std::span<const experts::ActiveExpert> active) override
    {
        m_betweenLayers();
        m_cache.beginLayer(moeLayer, active);
    }
    Ready next() override { return m_cache.next(); }
    std::optional<Ready> nextIfReady() override { return m_cache.nextIfReady(); }
    void release(std::size_t index) override { m_cache.release(index); }
    void endLayer() override { m_cache.endLayer(); }

private:
    experts::ExpertCache& m_cache;
    const std::function<void()>& m_betweenLayers;
};

class CpuExecutor final : public Executor
{
public:
    CpuExecutor(Surroundings surroundings, device::Workspace& workspace, predictor::CausalReader* decoder)
        : m_run(std::move(surroundings))
        , m_workspace(workspace)
        , m_decoder(decoder)
        , m_encoderLayers(api::predictableLayers(m_run.model.info()).size())
        , m_cache(
              m_run.model.experts(), m_run.ledger, m_run.clock, m_run.transfers, m_run.inference,
              {m_run.options.eviction, m_run.plan.slots, m_run.options.lookahead + 3,
               prefetchBytes(m_run.options, m_run.plan), static_cast<int>(m_encoderLayers),
               m_run.shape.generates ? m_run.shape.targetLength : 1})
    {
    }

    Status open() override
    {
        return m_run.options.policy == api::Policy::resident ? m_cache.preloadAll({}) : Status();
    }
    void addTable(const experts::HashTable& table, Nanoseconds ready) override
    {
        m_cache.addTable(table, ready);
    }
    void serve(const std::stop_token& stop) override { m_cache.serveTransfers(stop); }
    Status run(PreparedBatch batch) override;
    Status finish() override { return {}; }
    Status resize(int slots) override
    {
        m_cache.resize(slots);
        return {};
    }
    int slots() const override { return m_cache.slots(); }

private:
    Result<Answers>
    ask(const dataset::TokenBatch& batch, experts::ExpertSource& source,
        const model::ForwardOptions& options);
    void beginStep(
        int step, std::span<const std::size_t> rows, std::span<const std::int32_t> inputs,
        const dataset::TokenBatch& batch);
    const experts::LayerTable* foretold(const experts::HashTable& table, int moeLayer) const;

    const Surroundings m_run;
    device::Workspace& m_workspace;
    predictor::CausalReader* const m_decoder;
    const std::size_t m_encoderLayers;
    experts::HashTable m_stepTable; ///< of the decoder's step in progress
    experts::ExpertCache m_cache;
};

Status CpuExecutor::run(PreparedBatch prepared)
{
    const experts::HashTable* table = prepared.table ? &*prepared.table : nullptr;
    const bool exact = m_run.options.routing == api::Routing::exact;
    model::ForwardHooks hooks;
    if (table) // asked of routers that run: with routing `predicted` those of the decoder
        hooks.routed = [&](int moeLayer, std::span<const std::uint16_t> expertOfToken) {
            if (const experts::LayerTable* layer = foretold(*table, moeLayer))
                m_run.routed(*layer, table->k, moeLayer, expertOfToken);
        };
    hooks.decoderStep
        = [&](int step, std::span<const std::size_t> rows, std::span<const std::int32_t> inputs) {
              beginStep(step, rows, inputs, prepared.batch);
          };
    model::ForwardOptions forward;
    forward.routing = exact ? nullptr : table;
    forward.wantHidden = m_run.data.info.task == api::Task::text && m_run.wantsOutputs(prepared.batch);
    forward.hooks = &hooks;
    forward.capacity = m_run.options.capacity;
    GatedSource source(m_cache, m_run.serveRequests);

    api::BatchRow row;
    m_cache.beginBatch(prepared.batch.number, table, prepared.tableReady);
    row.begin = m_run.clock.now();
    Result<Answers> answers = ask(prepared.batch, source, forward);
    row.end = m_run.clock.now();
    if (!answers)
        return failure(answers.error());
    m_run.deliver(prepared, *answers, row);
    return {};
}

/// Right before a pass of the decoder, whose first block is dense: what this step needs is on its way while
/// that one computes.
void CpuExecutor::beginStep(
    int step, std::span<const std::size_t> rows, std::span<const std::int32_t> inputs,
    const dataset::TokenBatch& batch)
{
    if (m_decoder == nullptr)
        return m_cache.beginStep(step, nullptr, -1);
    if (step == 0)
        m_decoder->begin(batch, m_run.model.embeddings());
    m_decoder->foretellStep(rows, inputs, m_run.model.decoderEmbeddings(), m_run.options.topK, m_stepTable);
    m_stepTable.batch = batch.number;
    m_cache.beginStep(step, &m_stepTable, m_run.clock.now());
}

/// What the tables say of a layer; null when they say nothing.
const experts::LayerTable* CpuExecutor::foretold(const experts::HashTable& table, int moeLayer) const
{
    const auto layer = static_cast<std::size_t>(moeLayer);
    if (layer < table.layers.size())
        return &table.layers[layer];
    const bool isOfStep = layer >= m_encoderLayers && layer - m_encoderLayers < m_stepTable.layers.size();
    return isOfStep ? &m_stepTable.layers[layer - m_encoderLayers] : nullptr;
}

Result<Answers> CpuExecutor::ask(
    const dataset::TokenBatch& batch, experts::ExpertSource& source, const model::ForwardOptions& options)
{
    const device::WorkspaceScope scope(m_workspace);
    Answers answers;
    switch (m_run.data.info.task) {
    case api::Task::seq2seq: {
        SIDA_TRY_ASSIGN(
            answers.generated, m_run.model.generate(batch, m_run.options.maxNewTokens, source, options));
        break;
    }
    case api::Task::score: {
        const bool logits = m_run.options.keepTargetLogits && m_run.wantsOutputs(batch);
        SIDA_TRY_ASSIGN(answers.scored, m_run.model.score(batch, logits, source, options));
        break;
    }
    default:
        SIDA_TRY_ASSIGN(answers.forward, m_run.model.forward(batch, source, options));
    }
    return answers;
}

} // namespace

std::uint64_t prefetchBytes(const api::RunOptions& options, const api::BudgetPlan& plan)
{
    if (options.prefetchLimit.kind == units::Budget::Kind::unlimited)
        return 0;
    const std::uint64_t slots = plan.byPurpose[static_cast<std::size_t>(api::Purpose::expertSlots)];
    return std::max<std::uint64_t>(1, options.prefetchLimit.resolve(slots));
}

std::unique_ptr<Executor> makeCpuExecutor(
    Executor::Surroundings surroundings, device::Workspace& workspace, predictor::CausalReader* decoder)
{
    return std::make_unique<CpuExecutor>(std::move(surroundings), workspace, decoder);
}

} // namespace sida::runtime
