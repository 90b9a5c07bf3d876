// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/predictor/sample_index.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// How a capture lies in its file (docs/capture-format.md).
namespace sida::predictor
{

struct Capture;

/// Records of all tokens in the dataset's order, in chunks of whole samples. Where a token's record stands
/// follows from the samples' lengths alone.
struct CaptureLayout {
    struct Layer {
        std::string name;
        int experts = 0;
        int top = 0; ///< min(T, experts)
        std::size_t indexBytes() const { return experts <= 256 ? 1 : 2; }
        std::size_t bytes() const { return static_cast<std::size_t>(top) * (indexBytes() + 2); }
    };
    struct Chunk {
        std::uint64_t firstSample = 0;
        std::uint64_t samples = 0;
        std::uint64_t payload = 0; ///< bytes
        std::uint64_t offset = 0; ///< of its header in the file
    };

    std::vector<Layer> layers;
    std::string header; ///< the file's first bytes, which say whose capture it is
    std::vector<Chunk> chunks;
    std::uint64_t recordBytes = 0;
    std::uint64_t fileBytes = 0; ///< when complete

    /// Of the chunk that holds a sample.
    std::size_t chunkOf(std::uint64_t sample) const;
};

constexpr std::string_view kCaptureMagic = "SIDACAPT";
constexpr std::uint32_t kCaptureVersion = 1;
constexpr std::size_t kCapturePrefix = 16; ///< magic, version, bytes of the JSON text that follows
constexpr std::size_t kChunkHeader = 96;
constexpr std::size_t kLargestCaptureHeader = 1 << 20;

CaptureLayout
captureLayout(const api::ModelInfo& model, const api::DatasetInfo& data, const SampleIndex& index, int topT);

/// The header of a chunk: magic, number, bytes of the payload, its SHA-256.
std::vector<std::byte> chunkHeader(std::uint64_t number, std::span<const std::byte> payload);

/// A chunk's records from what was captured of its samples.
std::vector<std::byte>
encodeChunk(const CaptureLayout& layout, std::span<const dataset::Sample> samples, const Capture& capture);

/// One token's record. `indices` and `logits` hold the layer's `top` values; logits count from the largest,
/// which is 0.
std::int32_t recordId(const std::byte* record);
void recordLayer(
    const CaptureLayout::Layer& layer, const std::byte* stored, std::uint16_t* indices, float* logits);

} // namespace sida::predictor
