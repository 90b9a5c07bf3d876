// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/hash_builder.h"

#include <algorithm>

namespace sida::runtime
{

void padLikePaper(dataset::TokenBatch& batch, int length, int padToken)
{
    if (length <= 0)
        return;
    const int padded = std::max(length, batch.length);
    std::vector<std::int32_t> ids(
        static_cast<std::size_t>(batch.rows) * static_cast<std::size_t>(padded), padToken);
    for (int row = 0; row < batch.rows; ++row) {
        const auto from = batch.ids.begin() + static_cast<std::ptrdiff_t>(row) * batch.length;
        int& real = batch.lengths[static_cast<std::size_t>(row)];
        std::copy(from, from + real, ids.begin() + static_cast<std::ptrdiff_t>(row) * padded);
        real = padded;
    }
    batch.ids = std::move(ids);
    batch.length = padded;
}

Status HashBuilder::build(const std::stop_token& stop)
{
    const auto buildAll = [&]() -> Status {
        for (int pass = 0; pass < repeat;) {
            if (stop.stop_requested())
                return {};
            SIDA_TRY_ASSIGN(std::optional<PreparedBatch> prepared, pool ? nextOfPool() : next());
            if (!prepared) {
                ++pass;
                continue;
            }
            const auto tokens = static_cast<std::uint64_t>(prepared->batch.tokens());
            const bool starved = queue.size() == 0;
            if (!queue.push(std::move(*prepared), stop))
                return {};
            if (paying)
                paying->note(clock.now(), tokens, starved);
        }
        return {};
    };
    Status status = buildAll();
    queue.close();
    // Stopped by the user while a part of the data was read: no failure.
    if (!status && status.error().kind == ErrorKind::cancelled && stop.stop_requested())
        return {};
    return status;
}

Result<std::optional<PreparedBatch>> HashBuilder::next()
{
    SIDA_TRY_ASSIGN(std::optional<dataset::TokenBatch> batch, batches.next());
    if (!batch)
        return std::optional<PreparedBatch>();
    SIDA_TRY_ASSIGN(PreparedBatch prepared, prepare(std::move(*batch)));
    return std::optional(std::move(prepared));
}

Result<PreparedBatch> HashBuilder::prepare(dataset::TokenBatch batch)
{
    PreparedBatch prepared;
    prepared.batch = std::move(batch);
    padLikePaper(prepared.batch, paperPooling, padToken);
    if (!predictor || (paying && !paying->isOn()))
        return prepared;
    const Nanoseconds begin = clock.now();
    SIDA_TRY_ASSIGN(prepared.table, predict(prepared.batch));
    finish(prepared, begin);
    return prepared;
}

/// Nothing at the end of a pass: batches of two passes are never mixed.
Result<std::optional<PreparedBatch>> HashBuilder::nextOfPool()
{
    const Nanoseconds begin = clock.now();
    while (!pool->isComplete() && pool->size() < poolSamples) {
        SIDA_TRY_ASSIGN(std::optional<dataset::TokenBatch> batch, batches.next());
        pool->setComplete(!batch);
        if (!batch)
            break;
        padLikePaper(*batch, paperPooling, padToken);
        SIDA_TRY_ASSIGN(const experts::HashTable table, predict(*batch));
        pool->add(*batch, table);
    }
    if (pool->size() == 0) {
        pool->setComplete(false);
        return std::optional<PreparedBatch>();
    }
    AffinityPool::Chosen chosen = pool->take();
    PreparedBatch prepared;
    prepared.batch = std::move(chosen.batch);
    prepared.table = std::move(chosen.table);
    finish(prepared, begin);
    return std::optional(std::move(prepared));
}

Result<experts::HashTable> HashBuilder::predict(const dataset::TokenBatch& batch)
{
    const device::WorkspaceScope scope(*workspace);
    return predictor->predict(batch, embeddings, topK);
}

void HashBuilder::finish(PreparedBatch& prepared, Nanoseconds begin)
{
    if (!keepsTables) {
        prepared.table.reset();
        return;
    }
    if (decoder.reader)
        foretellTargets(prepared);
    prepared.table->batch = prepared.batch.number;
    prepared.tableReady = clock.now();
    recorder.record(api::HashBuildRow{prepared.batch.number, begin, prepared.tableReady});
    // Copies begin now, while the batch still waits in the queue.
    if (prefetch)
        prefetch(*prepared.table, prepared.tableReady);
}

/// The decoder's layers behind the encoder's, where every target is one that the model will take.
void HashBuilder::foretellTargets(PreparedBatch& prepared) const
{
    const std::size_t vocabulary
        = decoder.embeddings.size() / static_cast<std::size_t>(predictor->info().embeddingDim);
    std::vector<std::vector<std::int32_t>> inputs;
    for (const std::vector<std::int32_t>& target : prepared.batch.targets) {
        inputs.push_back(dataset::decoderInputs(target, decoder.startToken, padToken));
        const bool fits = static_cast<int>(target.size()) <= decoder.reader->positions()
            && std::all_of(inputs.back().begin(), inputs.back().end(), [&](std::int32_t id) {
                              return id >= 0 && static_cast<std::size_t>(id) < vocabulary;
                          });
        if (!fits)
            return;
    }
    for (experts::LayerTable& layer :
         decoder.reader->foretellAll(prepared.batch, inputs, embeddings, decoder.embeddings, topK))
        prepared.table->layers.push_back(std::move(layer));
}

} // namespace sida::runtime
