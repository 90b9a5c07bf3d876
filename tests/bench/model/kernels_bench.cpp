// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Our matrix products beside libtorch's, one thread: rows, inputs, outputs.
#include "engine/experts/host_store.h"
#include "engine/model/kernels/kernels.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>

namespace kernels = sida::model::kernels;

namespace
{

struct Operands {
    at::Tensor in, weight, transposed, out, packed;
    kernels::Product product;

    explicit Operands(const benchmark::State& state)
        : in(at::randn({state.range(0), state.range(1)}))
        , weight(at::randn({state.range(2), state.range(1)}))
        , transposed(weight.t())
        , out(at::empty({state.range(0), state.range(2)}))
    {
        const auto inputs = static_cast<std::size_t>(state.range(1));
        const auto outputs = static_cast<std::size_t>(state.range(2));
        packed = at::empty({static_cast<std::int64_t>(kernels::packedFloats(outputs, inputs))});
        kernels::packRows(weight.const_data_ptr<float>(), inputs, outputs, inputs, packed.data_ptr<float>());
        product = {in.const_data_ptr<float>(),
                   inputs,
                   static_cast<std::size_t>(state.range(0)),
                   inputs,
                   nullptr,
                   outputs,
                   out.data_ptr<float>(),
                   outputs};
    }
};

void report(benchmark::State& state)
{
    const double flops = 2.0 * double(state.range(0)) * double(state.range(1)) * double(state.range(2));
    state.counters["GFLOPS"]
        = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void libtorch(benchmark::State& state)
{
    at::set_num_threads(1);
    const at::InferenceMode inference;
    Operands operands(state);
    for (auto _ : state)
        at::mm_out(operands.out, operands.in, operands.transposed);
    report(state);
}

void packed(benchmark::State& state)
{
    Operands operands(state);
    operands.product.weight = operands.packed.const_data_ptr<float>();
    for (auto _ : state)
        kernels::kernels().packed(operands.product);
    report(state);
}

void rowMajor(benchmark::State& state)
{
    Operands operands(state);
    operands.product.weight = operands.weight.const_data_ptr<float>();
    for (auto _ : state)
        kernels::kernels().rowMajor(operands.product);
    report(state);
}

using ProductOf = void (*)(const kernels::Product&);

/// Weights that come from memory each time, as a rarely used expert's do, some outputs at a time.
void fromMemory(benchmark::State& state, ProductOf run)
{
    constexpr std::size_t kOutputs = 32;
    Operands operands(state);
    const std::int64_t matrixFloats = state.range(1) * state.range(2);
    const std::int64_t matrices = (std::int64_t{1} << 26) / matrixFloats;
    const auto bytes = static_cast<std::uint64_t>(matrixFloats) * sizeof(float);
    sida::experts::HostStore pool({static_cast<int>(matrices)}, bytes, 0);
    for (int i = 0; i < matrices; ++i)
        std::memset(pool.mutableBlock(pool.key(i)), 1, bytes);
    std::int64_t next = 0;
    const kernels::Product whole = operands.product;
    for (auto _ : state) {
        next = (next * 5 + 1) % matrices;
        const auto* weight = reinterpret_cast<const float*>(pool.block(pool.key(static_cast<int>(next))));
        for (std::size_t output = 0; output < whole.outputs; output += kOutputs) {
            kernels::Product part = whole;
            part.weight = weight + output * whole.inputs;
            part.outputs = std::min(kOutputs, whole.outputs - output);
            part.out = whole.out + output;
            run(part);
        }
    }
    state.SetBytesProcessed(state.iterations() * matrixFloats * std::int64_t{sizeof(float)});
}

void rowMajorFromMemory(benchmark::State& state)
{
    fromMemory(state, kernels::kernels().rowMajor);
}

void packedFromMemory(benchmark::State& state)
{
    fromMemory(state, kernels::kernels().packed);
}

void shapes(benchmark::internal::Benchmark* benchmark)
{
    for (const int rows : {1, 2, 3, 8, 25, 128})
        benchmark->Args({rows, 128, 256})->Args({rows, 768, 3072});
    benchmark->Args({512, 768, 768})->Args({512, 3072, 768});
}

void shapesFromMemory(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgsProduct({{1, 2, 3, 4, 8, 12}, {128}, {256}});
    benchmark->ArgsProduct({{1, 2, 3, 4, 6, 8, 12, 24}, {768}, {3072}});
    benchmark->ArgsProduct({{1, 4, 8, 24}, {3072}, {768}});
}

BENCHMARK(rowMajorFromMemory)->Apply(shapesFromMemory);
BENCHMARK(packedFromMemory)->Apply(shapesFromMemory);
BENCHMARK(libtorch)->Apply(shapes);
BENCHMARK(packed)->Apply(shapes);
BENCHMARK(rowMajor)->Apply(shapes);

} // namespace

BENCHMARK_MAIN();
