// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The words of the product as types. The same names stand in the user interface, the schema and the
/// documentation.
namespace sida::api
{

/// Who decides what is on the device.
enum class Policy : std::uint8_t { resident, onDemand, sida };
/// Who decides where a token goes: the model's own router, or the hash table (lossy).
enum class Routing : std::uint8_t { exact, predicted };
enum class Eviction : std::uint8_t { fifo, lru, lfru, lookahead };
enum class DeviceKind : std::uint8_t { cpu, cuda };
enum class DType : std::uint8_t { f32, bf16, f16 };
/// What becomes of tokens beyond an expert's capacity: none are counted, or, as older versions of the models'
/// code had it, they get nothing or go on as they are.
enum class ExpertCapacity : std::uint8_t { off, zero, passthrough };
/// `text` runs the encoder, `seq2seq` generates, `score` judges given targets; the others classify.
enum class Task : std::uint8_t { classify, sst2, mrpc, rte, multirc, text, seq2seq, score };
constexpr bool classifies(Task task)
{
    return task < Task::text;
}

/// In which batches the samples of a dataset go through the model: those of like length together, as the file
/// has them, or those together that are predicted to need the same experts. Answers never depend on it.
enum class BatchOrder : std::uint8_t { length, dataset, affinity };

/// What a device byte is for.
enum class Purpose : std::uint8_t {
    denseWeights,
    predictor,
    expertSlots,
    staging,
    activations,
    runtimeContext
};
constexpr std::size_t kPurposes = 6;

/// How one use of one expert by one batch went (vocabulary of the design).
enum class Outcome : std::uint8_t {
    hit, ///< resident when the layer began
    late, ///< predicted, its copy had not ended
    unpredicted, ///< never queued
    evictedEarly, ///< had been resident since the table was built, evicted before its use
};
constexpr std::size_t kOutcomes = 4;

/// Why the compute stream waited for experts.
enum class StallCause : std::uint8_t { late, unpredicted, evictedEarly, busSaturated };
constexpr std::size_t kStallCauses = 4;

enum class TransferKind : std::uint8_t { prefetch, onDemand, preload };

/// Names as on the command line and in the schema ("on-demand", "evicted_early", "dense_weights").
std::string_view name(Policy value);
std::string_view name(Routing value);
std::string_view name(Eviction value);
std::string_view name(DeviceKind value);
std::string_view name(DType value);
std::string_view name(Task value);
std::string_view name(ExpertCapacity value);
std::string_view name(BatchOrder value);
std::string_view name(Purpose value);
std::string_view name(Outcome value);
std::string_view name(StallCause value);
std::string_view name(TransferKind value);

/// The value of a name, or a usage error that lists the names there are.
Result<Policy> parsePolicy(std::string_view text);
Result<Routing> parseRouting(std::string_view text);
Result<Eviction> parseEviction(std::string_view text);
Result<DeviceKind> parseDeviceKind(std::string_view text);
Result<DType> parseDType(std::string_view text);
Result<Task> parseTask(std::string_view text);
Result<ExpertCapacity> parseExpertCapacity(std::string_view text);
Result<BatchOrder> parseBatchOrder(std::string_view text);

/// Bytes by purpose, indexed by Purpose.
using PurposeBytes = std::array<std::uint64_t, kPurposes>;

} // namespace sida::api
