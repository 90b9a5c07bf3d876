// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Times forward passes of a model with everything resident:
//   SIDA_BENCH_MODEL=FOLDER SIDA_BENCH_TOKENS=FILE.jsonl forward_bench [Google Benchmark's options]
// Each line of the file is an object with "input_ids"; sentences are batched in the file's order.
#include "engine/model/model.h"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace sida;

namespace
{

std::vector<std::vector<std::int32_t>> readSentences(const char* path)
{
    std::vector<std::vector<std::int32_t>> sentences;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        sentences.push_back(nlohmann::json::parse(line).at("input_ids").get<std::vector<std::int32_t>>());
    return sentences;
}

std::vector<dataset::TokenBatch>
makeBatches(const std::vector<std::vector<std::int32_t>>& sentences, std::size_t size)
{
    std::vector<dataset::TokenBatch> batches;
    for (std::size_t first = 0; first + size <= sentences.size(); first += size) {
        dataset::TokenBatch batch;
        batch.rows = static_cast<int>(size);
        for (std::size_t i = first; i < first + size; ++i) {
            batch.lengths.push_back(static_cast<int>(sentences[i].size()));
            batch.length = std::max(batch.length, batch.lengths.back());
        }
        for (std::size_t i = first; i < first + size; ++i) {
            auto row = sentences[i];
            row.resize(static_cast<std::size_t>(batch.length), 0);
            batch.ids.insert(batch.ids.end(), row.begin(), row.end());
        }
        batches.push_back(std::move(batch));
    }
    return batches;
}

void forward(
    benchmark::State& state, const model::Model& model,
    const std::vector<std::vector<std::int32_t>>& sentences)
{
    const auto batches = makeBatches(sentences, static_cast<std::size_t>(state.range(0)));
    at::set_num_threads(static_cast<int>(state.range(1)));
    model::HostExpertSource source(model.experts());
    std::size_t next = 0;
    std::int64_t tokens = 0;
    for (auto _ : state) {
        const auto& batch = batches[next++ % batches.size()];
        if (!model.forward(batch, source, {}))
            state.SkipWithError("a forward pass failed");
        for (const int length : batch.lengths)
            tokens += length;
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["tokens/s"] = benchmark::Counter(double(tokens), benchmark::Counter::kIsRate);
}

} // namespace

int main(int argc, char** argv)
{
    const char* folder = std::getenv("SIDA_BENCH_MODEL");
    const char* tokens = std::getenv("SIDA_BENCH_TOKENS");
    if (folder == nullptr || tokens == nullptr) {
        std::fputs("set SIDA_BENCH_MODEL and SIDA_BENCH_TOKENS, see the head of the source\n", stderr);
        return 2;
    }
    const auto loaded = model::loadModel(folder, {}, {});
    if (!loaded) {
        std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
        return 1;
    }
    const auto sentences = readSentences(tokens);
    benchmark::RegisterBenchmark(
        "forward", [&](benchmark::State& state) { forward(state, **loaded, sentences); })
        ->ArgNames({"batch", "threads"})
        ->ArgsProduct({{1, 8}, {1, 2}})
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
