// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/head_pooling.h"
#include "engine/api/train_epoch.h"
#include "engine/api/types.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What was loaded, as immutable values.
namespace sida::api
{

struct MoeLayerInfo {
    std::string name; ///< canonical module name: "encoder.block.1.layer.1.mlp"
    int experts = 0;
};

struct FileInfo {
    std::string name;
    std::uint64_t bytes = 0;
};

/// What of a checkpoint is in memory: all of it, or the encoder alone.
struct LoadedPart {
    int layers = 0; ///< transformer blocks
    int experts = 0;
    std::uint64_t denseBytes = 0; ///< everything but the experts, to the byte
};

/// A checkpoint as a whole, and what is loaded of it. For an encoder's task the decoder is left where it is.
struct ModelInfo {
    std::filesystem::path path;
    std::string name; ///< last part of the folder's name
    std::string architecture; ///< "switch_transformers encoder classifier"
    int layers = 0; ///< transformer blocks of the checkpoint
    std::vector<MoeLayerInfo> moeLayers; ///< of what is loaded: those that a run goes through
    int dModel = 0;
    int dFf = 0;
    int heads = 0;
    int vocabulary = 0;
    DType computeDtype = DType::f32; ///< what the values were rounded to when they were loaded
    bool generates = false; ///< the files hold a decoder and a language model's head
    bool decoderLoaded = false;
    int padToken = 0;
    int decoderStartToken = 0; ///< what a decoder reads first
    DType storageDtype = DType::f32; ///< of the experts in the file
    std::uint64_t parameters = 0; ///< of the checkpoint, tied copies counted once
    std::uint64_t expertBytes = 0; ///< one expert in the compute type
    int expertCount = 0; ///< over all MoE layers of the checkpoint
    std::uint64_t denseBytes = 0; ///< everything else of the checkpoint, loaded for the compute type
    LoadedPart loaded; ///< nothing where only headers were looked at
    int labels = 0; ///< of the classifier head; 0 without one
    HeadPooling headPooling; ///< what the head was trained with
    std::vector<std::string> labelNames; ///< the config's id2label; empty where it has none
    bool hasTokenizer = false;
    std::string identity; ///< SHA-256 over shapes and router weights: what a predictor is bound to
    std::vector<FileInfo> files;
    std::vector<std::string> ignoredTensors;
};

/// The encoder's MoE layers, which come first: what a predictor, which reads the input's embeddings,
/// foretells.
inline std::span<const MoeLayerInfo> predictableLayers(const ModelInfo& model)
{
    std::size_t count = 0;
    while (count < model.moeLayers.size() && !model.moeLayers[count].name.starts_with("decoder."))
        ++count;
    return {model.moeLayers.data(), count};
}

/// The decoder's MoE layers: what the causal part of a predictor, which reads the decoder's inputs,
/// foretells. Empty while the decoder is not loaded.
inline std::span<const MoeLayerInfo> decoderMoeLayers(const ModelInfo& model)
{
    return std::span(model.moeLayers).subspan(predictableLayers(model).size());
}

struct DatasetInfo {
    std::filesystem::path path;
    std::string name;
    Task task = Task::text;
    std::uint64_t samples = 0;
    std::uint64_t tokens = 0; ///< after truncation, padding never counted
    int longest = 0; ///< tokens
    int longestTarget = 0; ///< tokens of a decoder's target; 0 without targets
    bool labelled = false; ///< every sample has a label, or for seq2seq and score a target
    std::uint64_t truncated = 0; ///< samples cut at the maximal length
    std::string identity; ///< SHA-256 of the file
};

/// The second part of a predictor, for a decoder's layers.
struct DecoderPartInfo {
    std::string kind; ///< "causal"
    std::vector<MoeLayerInfo> moeLayers;
    int hiddenDim = 0;
    std::string sparsemax; ///< "textbook" or "paper"
    bool readsSource = false; ///< beside the decoder's inputs also the mean of the source's embeddings
    double heldOutTop1 = -1; ///< negative when the file does not say
    double heldOutTop3 = -1;
    std::uint64_t parameters = 0;
};

struct PredictorInfo {
    std::filesystem::path path;
    std::string kind; ///< "lstm"
    std::string modelIdentity;
    std::vector<MoeLayerInfo> moeLayers;
    int embeddingDim = 0;
    int hiddenDim = 0;
    std::string sparsemax; ///< "textbook" or "paper"
    std::string loss;
    int topT = 0;
    double heldOutTop1 = -1; ///< negative when the file does not say
    double heldOutTop3 = -1;
    std::vector<TrainEpoch> curve; ///< of its training, at most 1,000 points; empty when the file has none
    std::uint64_t parameters = 0; ///< of both parts
    std::uint64_t bytes = 0;
    std::optional<DecoderPartInfo> decoder = std::nullopt; ///< none: it foretells the encoder only
    std::vector<std::pair<std::string, std::string>> metadata; ///< everything the file says, in its order
};

struct DeviceInfo {
    DeviceKind kind = DeviceKind::cpu;
    std::string name; ///< "AMD EPYC 7763, 2 threads"
    std::uint64_t totalBytes = 0;
    std::uint64_t freeBytes = 0;
    // Measured by doctor; 0 when it was not.
    double hostToDeviceBytesPerSecond = 0; ///< from pinned memory, in blocks of a typical expert
    double pageableBytesPerSecond = 0; ///< the same from ordinary memory
    double deviceCopyBytesPerSecond = 0; ///< within the device: bytes copied
    double deviceReadBytesPerSecond = 0; ///< by a kernel
    std::vector<std::pair<std::string, std::string>> details = {}; ///< driver, link and the like, in words
};

struct DoctorReport {
    std::vector<DeviceInfo> devices;
    double hostReadBytesPerSecond = 0;
    double hostCopyBytesPerSecond = 0; ///< one thread, blocks of a typical expert
    std::vector<std::pair<std::string, std::string>> versions; ///< library, version
    std::vector<std::string> notes; ///< what does not work here and what to do
};

/// What a budget would mean, before a run: the table of purposes and the smallest budget that works.
struct BudgetPlan {
    std::uint64_t residentBytes = 0; ///< what policy `resident` needs
    std::uint64_t smallestBytes = 0; ///< dense part, workspace, predictor and two slots
    std::uint64_t budgetBytes = 0;
    PurposeBytes byPurpose{};
    int slots = 0;
    int experts = 0;
    int moeLayers = 0;
    std::uint64_t slotBytes = 0; ///< of one expert on the device
};

} // namespace sida::api
