// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/authors_checkpoint.h"

#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/torch_file.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace sida::predictor
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view kHead = "fc.";
constexpr std::string_view kTheirPrefix
    = "switch_transformers-"; ///< of the classifier's modules, in their keys

/// Our name of a tensor as theirs: heads carry the name of the classifier around the encoder.
std::string theirName(const std::string& name)
{
    return name.starts_with(kHead) ? fmt::format("{}{}{}", kHead, kTheirPrefix, name.substr(kHead.size()))
                                   : name;
}

class Reader
{
public:
    Reader(const checkpoint::TorchFile& file, const api::ModelInfo& model)
        : m_file(file)
        , m_model(model)
    {
    }

    Result<PredictorFile> read(Sparsemax attention)
    {
        PredictorFile result;
        result.info.path = m_file.path();
        result.info.kind = "lstm";
        result.info.modelIdentity = m_model.identity;
        const auto layers = api::predictableLayers(m_model);
        if (layers.empty())
            return badInput(fmt::format(
                "{}: the model has no MoE layer in its encoder to predict", m_model.path.string()));
        result.info.moeLayers.assign(layers.begin(), layers.end());
        result.info.sparsemax = name(attention);
        result.info.loss = "unknown";
        result.info.topT = 30; // of the authors' scripts; the file does not say
        result.shape.sparsemax = attention;
        SIDA_TRY(readWidths(result.shape));
        for (const api::MoeLayerInfo& layer : layers)
            result.shape.experts.push_back(layer.experts);
        const auto slots = tensorSlots(result.shape, result.info.moeLayers, result.weights);
        SIDA_TRY(check(slots));
        SIDA_TRY(readValues(slots));
        result.info.embeddingDim = result.shape.embeddingDim;
        result.info.hiddenDim = result.shape.hiddenDim;
        return result;
    }

private:
    Status readWidths(NetworkShape& shape) const
    {
        constexpr std::string_view kName = "compression_fc.weight";
        const checkpoint::TensorEntry* compression = m_file.find(kName);
        if (!compression)
            return badInput(fmt::format(
                "{}: expected a predictor as the SiDA-MoE authors save it, found no tensor {}; if this is a "
                "model, convert its folder",
                m_file.path().string(), kName));
        const auto& found = compression->shape;
        if (found.size() != 2 || found[0] < 1 || found[0] > kLargestWidth || found[1] != m_model.dModel)
            return badInput(fmt::format(
                "{}: tensor {}: expected [hidden, {}] for the embeddings of {}, found [{}]; choose the model "
                "that it was trained for",
                m_file.path().string(), kName, m_model.dModel, m_model.path.string(),
                fmt::join(found, ", ")));
        shape.embeddingDim = m_model.dModel;
        shape.hiddenDim = static_cast<int>(found[0]);
        return {};
    }

    const checkpoint::TensorEntry* find(const TensorSlot& slot) const
    {
        const checkpoint::TensorEntry* entry = m_file.find(theirName(slot.name));
        return entry ? entry : m_file.find(slot.name);
    }

    /// Every tensor in its shape, and no other, before anything is allocated.
    Status check(const std::vector<TensorSlot>& slots) const
    {
        std::set<std::string_view> known;
        for (const TensorSlot& slot : slots) {
            const checkpoint::TensorEntry* entry = find(slot);
            if (!entry)
                return badInput(fmt::format(
                    "{}: tensor {} is missing; expected the predictor of {}, with {} MoE layers",
                    m_file.path().string(), theirName(slot.name), m_model.path.string(),
                    api::predictableLayers(m_model).size()));
            if (entry->shape != slot.shape)
                return badInput(fmt::format(
                    "{}: tensor {}: expected [{}] for {}, found [{}]; choose the model that it was trained "
                    "for",
                    m_file.path().string(), entry->name, fmt::join(slot.shape, ", "), m_model.path.string(),
                    fmt::join(entry->shape, ", ")));
            known.insert(entry->name);
        }
        for (const checkpoint::TensorEntry& entry : m_file.tensors())
            if (!known.contains(entry.name))
                return badInput(fmt::format(
                    "{}: tensor {} has no place in the predictor of {}; choose the model that it was trained "
                    "for",
                    m_file.path().string(), checkpoint::quote(entry.name), m_model.path.string()));
        return {};
    }

    Status readValues(const std::vector<TensorSlot>& slots) const
    {
        for (const TensorSlot& slot : slots) {
            const checkpoint::TensorEntry* entry = find(slot);
            slot.values->resize(entry->elements());
            SIDA_TRY(m_file.readF32(*entry, *slot.values));
            if (!std::all_of(slot.values->begin(), slot.values->end(), [](float value) {
                    return std::isfinite(value);
                }))
                return badInput(fmt::format(
                    "{}: tensor {}: expected finite numbers, found NaN or infinity", m_file.path().string(),
                    entry->name));
        }
        return {};
    }

    const checkpoint::TorchFile& m_file;
    const api::ModelInfo& m_model;
};

} // namespace

Result<PredictorFile>
readAuthorsCheckpoint(const fs::path& path, const api::ModelInfo& model, Sparsemax attention)
{
    SIDA_TRY_ASSIGN(const checkpoint::TorchFile file, checkpoint::TorchFile::open(path));
    return Reader(file, model).read(attention);
}

} // namespace sida::predictor
