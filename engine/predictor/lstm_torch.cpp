// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/lstm_torch.h"

#include "engine/predictor/network_torch.h"
#include "engine/predictor/trainable_torch.h"

#include <utility>

namespace sida::predictor
{

namespace
{

class TrainableLstm final : public Trainable
{
public:
    TrainableLstm(NetworkShape shape, std::span<const float> embeddings, std::uint64_t seed)
        : m_shape(std::move(shape))
        , m_embeddings(at::from_blob(
              const_cast<float*>(embeddings.data()),
              {static_cast<std::int64_t>(embeddings.size()) / m_shape.embeddingDim, m_shape.embeddingDim},
              at::kFloat))
        , m_parameters(randomParameters(m_shape, seed))
    {
    }

    std::vector<at::Tensor> parameters() const override { return m_parameters.all(); }
    at::Tensor logits(const at::Tensor& ids, std::span<const int> lengths) const override
    {
        const at::Tensor rows = at::embedding(m_embeddings, ids);
        return forwardLogits(m_parameters, m_shape.sparsemax, rows, lengths);
    }
    /// Found by measurement on the demo model: 0.01 and 0.005 were best for 128 and 256 units. The paper's
    /// 5e-5 needs hundreds of epochs for what this one learns in a few.
    double learningRate() const override { return m_shape.hiddenDim < 128 ? 0.01 : 1.28 / m_shape.hiddenDim; }
    Status write(
        const std::filesystem::path& path, api::PredictorInfo info,
        const std::map<std::string, std::string>& notes) const override
    {
        return writePredictorFile(path, {std::move(info), m_shape, toWeights(m_shape, m_parameters)}, notes);
    }

private:
    NetworkShape m_shape;
    at::Tensor m_embeddings;
    Parameters m_parameters;
};

} // namespace

std::unique_ptr<Trainable>
makeTrainableLstm(const NetworkShape& shape, std::span<const float> embeddings, std::uint64_t seed)
{
    return std::make_unique<TrainableLstm>(shape, embeddings, seed);
}

} // namespace sida::predictor
