// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/hash_builder.h"

namespace sida::runtime
{

Status HashBuilder::build(const std::stop_token& stop)
{
    std::uint32_t number = 0;
    for (int pass = 0; pass < repeat; ++pass) {
        for (const std::vector<std::uint64_t>& samples : plan) {
            if (stop.stop_requested())
                break;
            Result<PreparedBatch> prepared = prepare(samples, number++);
            if (!prepared) {
                queue.close();
                return failure(prepared.error());
            }
            if (!queue.push(std::move(*prepared), stop))
                break;
        }
    }
    queue.close();
    return {};
}

Result<PreparedBatch> HashBuilder::prepare(const std::vector<std::uint64_t>& samples, std::uint32_t number)
{
    PreparedBatch prepared;
    prepared.batch = dataset::makeBatch(data.samples, samples, number);
    if (!predictor)
        return prepared;
    const Nanoseconds begin = clock.now();
    {
        const device::WorkspaceScope scope(*workspace);
        SIDA_TRY_ASSIGN(prepared.table, predictor->predict(prepared.batch, embeddings, topK));
    }
    prepared.table->batch = number;
    prepared.tableReady = clock.now();
    recorder.record(api::HashBuildRow{number, begin, prepared.tableReady});
    // Copies begin now, while the batch still waits in the queue.
    if (prefetchInto)
        prefetchInto->addTable(*prepared.table, prepared.tableReady);
    return prepared;
}

} // namespace sida::runtime
