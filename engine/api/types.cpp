// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/types.h"

#include "engine/api/recording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>
#include <utility>

namespace sida::api
{

namespace
{

template <typename T>
using Names = std::span<const std::pair<T, std::string_view>>;

template <typename T>
std::string_view nameOf(Names<T> names, T value)
{
    for (const auto& [known, text] : names) {
        if (known == value)
            return text;
    }
    return "unknown";
}

template <typename T>
Result<T> parse(Names<T> names, std::string_view what, std::string_view text)
{
    std::vector<std::string_view> known;
    for (const auto& [value, candidate] : names) {
        if (candidate == text)
            return value;
        known.push_back(candidate);
    }
    return failure(
        ErrorKind::usage, fmt::format("{} '{}': expected one of {}", what, text, fmt::join(known, ", ")));
}

constexpr std::pair<Policy, std::string_view> kPolicies[]
    = {{Policy::resident, "resident"}, {Policy::onDemand, "on-demand"}, {Policy::sida, "sida"}};
constexpr std::pair<Routing, std::string_view> kRoutings[]
    = {{Routing::exact, "exact"}, {Routing::predicted, "predicted"}};
constexpr std::pair<Eviction, std::string_view> kEvictions[]
    = {{Eviction::fifo, "fifo"},
       {Eviction::lru, "lru"},
       {Eviction::lfru, "lfru"},
       {Eviction::lookahead, "lookahead"}};
constexpr std::pair<DeviceKind, std::string_view> kDevices[]
    = {{DeviceKind::cpu, "cpu"}, {DeviceKind::cuda, "cuda"}};
constexpr std::pair<DType, std::string_view> kDTypes[]
    = {{DType::f32, "f32"}, {DType::bf16, "bf16"}, {DType::f16, "f16"}};
constexpr std::pair<Task, std::string_view> kTasks[] = {
    {Task::classify, "classify"}, {Task::sst2, "sst2"}, {Task::mrpc, "mrpc"},       {Task::rte, "rte"},
    {Task::multirc, "multirc"},   {Task::text, "text"}, {Task::seq2seq, "seq2seq"}, {Task::score, "score"}};
constexpr std::pair<ExpertCapacity, std::string_view> kCapacities[]
    = {{ExpertCapacity::off, "off"},
       {ExpertCapacity::zero, "zero"},
       {ExpertCapacity::passthrough, "passthrough"}};
constexpr std::pair<BatchOrder, std::string_view> kBatchOrders[]
    = {{BatchOrder::length, "length"}, {BatchOrder::dataset, "dataset"}, {BatchOrder::affinity, "affinity"}};
constexpr std::pair<Purpose, std::string_view> kPurposeNames[]
    = {{Purpose::denseWeights, "dense_weights"}, {Purpose::predictor, "predictor"},
       {Purpose::expertSlots, "expert_slots"},   {Purpose::staging, "staging"},
       {Purpose::activations, "activations"},    {Purpose::runtimeContext, "runtime_context"}};
constexpr std::pair<Outcome, std::string_view> kOutcomeNames[]
    = {{Outcome::hit, "hit"},
       {Outcome::late, "late"},
       {Outcome::unpredicted, "unpredicted"},
       {Outcome::evictedEarly, "evicted_early"}};
constexpr std::pair<StallCause, std::string_view> kStallCauseNames[]
    = {{StallCause::late, "late"},
       {StallCause::unpredicted, "unpredicted"},
       {StallCause::evictedEarly, "evicted_early"},
       {StallCause::busSaturated, "bus_saturated"}};
constexpr std::pair<TransferKind, std::string_view> kTransferKinds[]
    = {{TransferKind::prefetch, "prefetch"},
       {TransferKind::onDemand, "on_demand"},
       {TransferKind::preload, "preload"}};
constexpr std::pair<EvictionReason, std::string_view> kEvictionReasons[]
    = {{EvictionReason::slotNeeded, "slot_needed"}, {EvictionReason::budgetChange, "budget_change"}};
constexpr std::pair<RecordingState, std::string_view> kRecordingStates[]
    = {{RecordingState::running, "running"},
       {RecordingState::complete, "complete"},
       {RecordingState::recovered, "recovered"},
       {RecordingState::failed, "failed"},
       {RecordingState::stopped, "stopped"}};

} // namespace

std::string_view name(Policy value)
{
    return nameOf<Policy>(kPolicies, value);
}
std::string_view name(Routing value)
{
    return nameOf<Routing>(kRoutings, value);
}
std::string_view name(Eviction value)
{
    return nameOf<Eviction>(kEvictions, value);
}
std::string_view name(DeviceKind value)
{
    return nameOf<DeviceKind>(kDevices, value);
}
std::string_view name(DType value)
{
    return nameOf<DType>(kDTypes, value);
}
std::string_view name(Task value)
{
    return nameOf<Task>(kTasks, value);
}
std::string_view name(ExpertCapacity value)
{
    return nameOf<ExpertCapacity>(kCapacities, value);
}
std::string_view name(BatchOrder value)
{
    return nameOf<BatchOrder>(kBatchOrders, value);
}
std::string_view name(Purpose value)
{
    return nameOf<Purpose>(kPurposeNames, value);
}
std::string_view name(Outcome value)
{
    return nameOf<Outcome>(kOutcomeNames, value);
}
std::string_view name(StallCause value)
{
    return nameOf<StallCause>(kStallCauseNames, value);
}
std::string_view name(TransferKind value)
{
    return nameOf<TransferKind>(kTransferKinds, value);
}
std::string_view name(EvictionReason value)
{
    return nameOf<EvictionReason>(kEvictionReasons, value);
}
std::string_view name(RecordingState value)
{
    return nameOf<RecordingState>(kRecordingStates, value);
}

Result<Policy> parsePolicy(std::string_view text)
{
    return parse<Policy>(kPolicies, "policy", text);
}
Result<Routing> parseRouting(std::string_view text)
{
    return parse<Routing>(kRoutings, "routing", text);
}
Result<Eviction> parseEviction(std::string_view text)
{
    return parse<Eviction>(kEvictions, "eviction", text);
}
Result<DeviceKind> parseDeviceKind(std::string_view text)
{
    return parse<DeviceKind>(kDevices, "device", text);
}
Result<DType> parseDType(std::string_view text)
{
    return parse<DType>(kDTypes, "dtype", text);
}
Result<Task> parseTask(std::string_view text)
{
    return parse<Task>(kTasks, "task", text);
}
Result<ExpertCapacity> parseExpertCapacity(std::string_view text)
{
    return parse<ExpertCapacity>(kCapacities, "expert capacity", text);
}
Result<BatchOrder> parseBatchOrder(std::string_view text)
{
    return parse<BatchOrder>(kBatchOrders, "order", text);
}

} // namespace sida::api
