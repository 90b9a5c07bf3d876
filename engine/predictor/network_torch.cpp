// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/network_torch.h"

#include "engine/predictor/trainable_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>
#include <limits>

namespace sida::predictor
{

namespace
{

at::Tensor copyOf(const std::vector<float>& values, at::IntArrayRef shape)
{
    return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).clone();
}

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.detach().contiguous();
    const float* data = plain.data_ptr<float>();
    return {data, data + plain.numel()};
}

void requireGradients(Parameters& parameters)
{
    for (at::Tensor& tensor : parameters.all())
        tensor.requires_grad_(true);
}

} // namespace

at::Tensor realTokens(std::span<const int> lengths, std::int64_t length)
{
    std::vector<std::int64_t> places;
    for (std::size_t row = 0; row < lengths.size(); ++row)
        for (std::int64_t i = 0; i < lengths[row]; ++i)
            places.push_back(static_cast<std::int64_t>(row) * length + i);
    return at::tensor(places, at::kLong);
}

at::Tensor paddingMask(std::span<const int> lengths, std::int64_t length)
{
    const at::Tensor counts = at::tensor(at::ArrayRef<int>(lengths.data(), lengths.size()), at::kInt);
    return at::arange(length, at::kInt).view({1, 1, length}) >= counts.view({-1, 1, 1});
}

std::vector<at::Tensor> Parameters::all() const
{
    std::vector<at::Tensor> tensors{compressionWeight, compressionBias, residualWeight,
                                    residualBias,      headWeight,      headBias};
    tensors.insert(tensors.end(), lstm.begin(), lstm.end());
    return tensors;
}

Parameters Parameters::detachedCopy() const
{
    const auto copy = [](const at::Tensor& tensor) { return tensor.detach().clone(); };
    Parameters result{copy(compressionWeight), copy(compressionBias), {},
                      copy(residualWeight),    copy(residualBias),    copy(headWeight),
                      copy(headBias)};
    std::transform(lstm.begin(), lstm.end(), result.lstm.begin(), copy);
    return result;
}

Parameters randomParameters(const NetworkShape& shape, std::uint64_t seed)
{
    at::Generator generator = at::detail::createCPUGenerator(seed);
    const auto uniform = [&](at::IntArrayRef size, std::int64_t inputs) {
        const double bound = 1 / std::sqrt(static_cast<double>(inputs));
        return at::empty(size, at::kFloat).uniform_(-bound, bound, generator);
    };
    const std::int64_t hidden = shape.hiddenDim;
    Parameters result;
    result.compressionWeight = uniform({hidden, shape.embeddingDim}, shape.embeddingDim);
    result.compressionBias = uniform({hidden}, shape.embeddingDim);
    for (std::size_t layer = 0; layer < kLstmLayers; ++layer)
        for (std::size_t i = 0; i < 4; ++i)
            result.lstm[4 * layer + i]
                = i < 2 ? uniform({4 * hidden, hidden}, hidden) : uniform({4 * hidden}, hidden);
    result.residualWeight = uniform({hidden, hidden}, hidden);
    result.residualBias = uniform({hidden}, hidden);
    result.headWeight = uniform({shape.allExperts(), hidden}, hidden);
    result.headBias = uniform({shape.allExperts()}, hidden);
    requireGradients(result);
    return result;
}

Parameters toParameters(const NetworkShape& shape, const NetworkWeights& weights)
{
    const std::int64_t hidden = shape.hiddenDim;
    Parameters result;
    result.compressionWeight = copyOf(weights.compression.weight, {hidden, shape.embeddingDim});
    result.compressionBias = copyOf(weights.compression.bias, {hidden});
    for (std::size_t layer = 0; layer < kLstmLayers; ++layer) {
        const NetworkWeights::Lstm& from = weights.lstm[layer];
        at::Tensor* to = result.lstm.data() + 4 * layer;
        to[0] = copyOf(from.inputWeight, {4 * hidden, hidden});
        to[1] = copyOf(from.recurrentWeight, {4 * hidden, hidden});
        to[2] = copyOf(from.inputBias, {4 * hidden});
        to[3] = copyOf(from.recurrentBias, {4 * hidden});
    }
    result.residualWeight = copyOf(weights.residual.weight, {hidden, hidden});
    result.residualBias = copyOf(weights.residual.bias, {hidden});
    std::vector<at::Tensor> heads;
    std::vector<at::Tensor> biases;
    for (const NetworkWeights::Linear& head : weights.heads) {
        heads.push_back(copyOf(head.weight, {static_cast<std::int64_t>(head.bias.size()), hidden}));
        biases.push_back(copyOf(head.bias, {static_cast<std::int64_t>(head.bias.size())}));
    }
    result.headWeight = at::cat(heads);
    result.headBias = at::cat(biases);
    requireGradients(result);
    return result;
}

NetworkWeights toWeights(const NetworkShape& shape, const Parameters& parameters)
{
    NetworkWeights result;
    result.compression = {valuesOf(parameters.compressionWeight), valuesOf(parameters.compressionBias)};
    for (std::size_t layer = 0; layer < kLstmLayers; ++layer) {
        const at::Tensor* from = parameters.lstm.data() + 4 * layer;
        result.lstm[layer] = {valuesOf(from[0]), valuesOf(from[1]), valuesOf(from[2]), valuesOf(from[3])};
    }
    result.residual = {valuesOf(parameters.residualWeight), valuesOf(parameters.residualBias)};
    std::int64_t begin = 0;
    for (const int experts : shape.experts) {
        result.heads.push_back(
            {valuesOf(parameters.headWeight.narrow(0, begin, experts)),
             valuesOf(parameters.headBias.narrow(0, begin, experts))});
        begin += experts;
    }
    return result;
}

at::Tensor sparsemax(const at::Tensor& logits, Sparsemax variant)
{
    at::Tensor support;
    at::Tensor count;
    {
        // Which keys belong to the support does not change under small changes of the logits, so only the
        // threshold is differentiated.
        const c10::NoGradGuard noGrad;
        const at::Tensor sorted = std::get<0>(logits.sort(-1, true));
        const at::Tensor ranks = at::arange(1, logits.size(-1) + 1, at::kFloat);
        count = (1 + ranks * sorted > sorted.cumsum(-1)).sum(-1, true);
        support = logits >= sorted.gather(-1, count - 1);
    }
    const at::Tensor sum = at::where(support, logits, 0.0).sum(-1, true);
    const at::Tensor threshold = (sum - thresholdConstant(variant)) / count;
    const at::Tensor weights = (logits - threshold).relu();
    return weights / weights.sum(-1, true).clamp_min(1e-12);
}

namespace
{

/// From the compression's output [rows, length, hiddenDim]; `hiddenKeys` [rows or 1, queries or 1, keys] is
/// true where attention must not look, undefined when it may look everywhere.
at::Tensor logitsOf(
    const Parameters& parameters, Sparsemax variant, const at::Tensor& compressed,
    const at::Tensor& hiddenKeys, std::span<const int> lengths)
{
    const std::int64_t rows = compressed.size(0);
    const std::int64_t length = compressed.size(1);
    const std::int64_t hidden = compressed.size(2);
    const at::Tensor zeros = at::zeros({kLstmLayers, rows, hidden}, at::kFloat);
    const at::Tensor states = std::get<0>(at::lstm(
        compressed, {zeros, zeros}, parameters.lstm, true, kLstmLayers, 0.0, c10::GradMode::is_enabled(),
        false, true));
    at::Tensor attention = at::bmm(states, states.transpose(1, 2));
    if (hiddenKeys.defined())
        attention = attention.masked_fill(hiddenKeys, -std::numeric_limits<float>::infinity());
    const at::Tensor attended = at::bmm(sparsemax(attention, variant), states);
    const at::Tensor real = realTokens(lengths, length);
    const at::Tensor context = attended.reshape({-1, hidden}).index_select(0, real)
        + at::linear(compressed.reshape({-1, hidden}).index_select(0, real), parameters.residualWeight,
                     parameters.residualBias);
    return at::linear(context, parameters.headWeight, parameters.headBias);
}

} // namespace

at::Tensor forwardLogits(
    const Parameters& parameters, Sparsemax variant, const at::Tensor& embeddings,
    std::span<const int> lengths)
{
    const std::int64_t length = embeddings.size(1);
    at::Tensor padding;
    if (std::any_of(lengths.begin(), lengths.end(), [length](int count) { return count < length; }))
        padding = paddingMask(lengths, length);
    const at::Tensor compressed
        = at::linear(embeddings, parameters.compressionWeight, parameters.compressionBias).relu();
    return logitsOf(parameters, variant, compressed, padding, lengths);
}

at::Tensor forwardCausalLogits(
    const Parameters& parameters, Sparsemax variant, const at::Tensor& embeddings,
    std::span<const int> lengths, const at::Tensor& source)
{
    const std::int64_t length = embeddings.size(1);
    at::Tensor compressed = at::linear(embeddings, parameters.compressionWeight, parameters.compressionBias);
    if (source.defined())
        compressed = compressed + source.unsqueeze(1);
    // Padding stands behind the real tokens, so hiding what comes later hides it too.
    const at::Tensor later = at::ones({1, length, length}, at::kBool).triu(1);
    return logitsOf(parameters, variant, compressed.relu(), later, lengths);
}

} // namespace sida::predictor
