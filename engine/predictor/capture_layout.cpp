// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/capture_layout.h"

#include "engine/api/types.h"
#include "engine/base/sha256.h"
#include "engine/checkpoint/widen.h"
#include "engine/predictor/capture.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace sida::predictor
{

namespace
{

constexpr std::string_view kChunkMagic = "SIDACHNK";
/// A chunk is what is lost when a capture is interrupted, and what one holds in memory.
constexpr std::uint64_t kMostChunkTokens = 16384;
constexpr std::uint64_t kMostChunkBytes = std::uint64_t{32} << 20U;
constexpr float kLowestF16 = -65504.0F;

template <typename Number>
void put(std::byte* to, Number value)
{
    std::memcpy(to, &value, sizeof value); // little-endian, as every machine this runs on is
}

std::string fileHeader(
    const api::ModelInfo& model, const api::DatasetInfo& data, const SampleIndex& index,
    const CaptureLayout& layout, int topT)
{
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const CaptureLayout::Layer& layer : layout.layers)
        layers.push_back({{"name", layer.name}, {"experts", layer.experts}, {"top", layer.top}});
    const nlohmann::ordered_json object
        = {{"model_identity", model.identity},
           {"model_dtype", api::name(model.computeDtype)},
           {"dataset_identity", data.identity},
           {"samples", index.samples()},
           {"tokens", index.tokens()},
           {"tokens_sha256", index.identity()},
           {"top_t", topT},
           {"layers", std::move(layers)},
           {"record_bytes", layout.recordBytes},
           {"chunks", layout.chunks.size()}};
    std::string text = object.dump(1, ' ', true) + "\n";
    text.resize((text.size() + 63) / 64 * 64, ' ');
    std::string header(kCapturePrefix, '\0');
    std::memcpy(header.data(), kCaptureMagic.data(), kCaptureMagic.size());
    put(reinterpret_cast<std::byte*>(header.data()) + 8, kCaptureVersion);
    put(reinterpret_cast<std::byte*>(header.data()) + 12, static_cast<std::uint32_t>(text.size()));
    return header + text;
}

} // namespace

std::size_t CaptureLayout::chunkOf(std::uint64_t sample) const
{
    const auto after = std::upper_bound(
        chunks.begin(), chunks.end(), sample,
        [](std::uint64_t wanted, const Chunk& chunk) { return wanted < chunk.firstSample; });
    return static_cast<std::size_t>(after - chunks.begin()) - 1;
}

CaptureLayout
captureLayout(const api::ModelInfo& model, const api::DatasetInfo& data, const SampleIndex& index, int topT)
{
    CaptureLayout layout;
    layout.recordBytes = sizeof(std::int32_t);
    for (const api::MoeLayerInfo& info : api::predictableLayers(model)) {
        layout.layers.push_back({info.name, info.experts, std::min(topT, info.experts)});
        layout.recordBytes += layout.layers.back().bytes();
    }
    const std::uint64_t most
        = std::clamp<std::uint64_t>(kMostChunkBytes / layout.recordBytes, 1, kMostChunkTokens);
    std::uint64_t tokens = 0;
    for (std::uint64_t sample = 0; sample < index.samples(); ++sample) {
        const std::uint64_t length = index.length(sample);
        if (layout.chunks.empty() || (tokens > 0 && tokens + length > most)) {
            layout.chunks.push_back({sample, 0, 0, 0});
            tokens = 0;
        }
        tokens += length;
        ++layout.chunks.back().samples;
        layout.chunks.back().payload += length * layout.recordBytes;
    }
    layout.header = fileHeader(model, data, index, layout, topT);
    layout.fileBytes = layout.header.size();
    for (CaptureLayout::Chunk& chunk : layout.chunks) {
        chunk.offset = layout.fileBytes;
        layout.fileBytes += kChunkHeader + chunk.payload;
    }
    return layout;
}

std::vector<std::byte> chunkHeader(std::uint64_t number, std::span<const std::byte> payload)
{
    std::vector<std::byte> header(kChunkHeader);
    std::memcpy(header.data(), kChunkMagic.data(), kChunkMagic.size());
    put(header.data() + 8, number);
    put(header.data() + 16, std::uint64_t{payload.size()});
    Sha256 sha;
    sha.update(payload);
    const std::string digest = sha.hex();
    std::memcpy(header.data() + 24, digest.data(), std::min(digest.size(), kChunkHeader - 24));
    return header;
}

std::vector<std::byte>
encodeChunk(const CaptureLayout& layout, std::span<const dataset::Sample> samples, const Capture& capture)
{
    std::vector<std::byte> payload(capture.tokens() * layout.recordBytes);
    std::byte* to = payload.data();
    std::vector<float> shifted;
    std::uint64_t token = 0;
    for (const dataset::Sample& sample : samples)
        for (const std::int32_t id : sample.ids) {
            put(to, id);
            to += sizeof id;
            for (std::size_t l = 0; l < layout.layers.size(); ++l) {
                const auto top = static_cast<std::size_t>(layout.layers[l].top);
                const std::uint16_t* indices = capture.layers[l].indices.data() + token * top;
                const float* logits = capture.layers[l].logits.data() + token * top;
                for (std::size_t t = 0; t < top; ++t)
                    if (layout.layers[l].indexBytes() == 1)
                        *to++ = static_cast<std::byte>(indices[t]);
                    else {
                        put(to, indices[t]);
                        to += sizeof(std::uint16_t);
                    }
                shifted.assign(logits, logits + top);
                for (float& value : shifted)
                    value = std::max(value - logits[0], kLowestF16);
                checkpoint::narrowF16(shifted, {to, 2 * top});
                to += 2 * top;
            }
            ++token;
        }
    return payload;
}

std::int32_t recordId(const std::byte* record)
{
    std::int32_t id = 0;
    std::memcpy(&id, record, sizeof id);
    return id;
}

void recordLayer(
    const CaptureLayout::Layer& layer, const std::byte* stored, std::uint16_t* indices, float* logits)
{
    const auto top = static_cast<std::size_t>(layer.top);
    if (layer.indexBytes() == 1)
        std::transform(
            stored, stored + top, indices, [](std::byte value) { return static_cast<std::uint16_t>(value); });
    else
        std::memcpy(indices, stored, 2 * top);
    checkpoint::widenF16({stored + top * layer.indexBytes(), 2 * top}, {logits, top});
}

} // namespace sida::predictor
