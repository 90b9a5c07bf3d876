// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference_encoder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace sida::cuda::test
{

namespace
{

/// Keeps so many bits of the fraction that f32, bf16 (7) and f16 (10) all hold the number exactly.
float shortened(double value, int bits)
{
    const auto word = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    return std::bit_cast<float>(word & ~((std::uint32_t{1} << (23 - bits)) - 1));
}

std::uint16_t f16Bits(float value)
{
    const auto word = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(word >> 16 & 0x8000U);
    const int exponent = static_cast<int>(word >> 23 & 0xFFU) - 127 + 15;
    if (exponent <= 0)
        return sign; // the weights of the test are either 0 or normal
    return static_cast<std::uint16_t>(sign | exponent << 10 | (word >> 13 & 0x3FFU));
}

std::vector<double> normed(const double* x, const std::vector<double>& weight, double epsilon)
{
    const std::size_t d = weight.size();
    double squares = 0;
    for (std::size_t i = 0; i < d; ++i)
        squares += x[i] * x[i];
    std::vector<double> out(d);
    for (std::size_t i = 0; i < d; ++i)
        out[i] = weight[i] * x[i] / std::sqrt(squares / static_cast<double>(d) + epsilon);
    return out;
}

/// w [out, k] x [k]
std::vector<double> product(const double* w, std::size_t out, const std::vector<double>& x)
{
    std::vector<double> y(out);
    for (std::size_t row = 0; row < out; ++row)
        for (std::size_t i = 0; i < x.size(); ++i)
            y[row] += w[row * x.size() + i] * x[i];
    return y;
}

void softmax(std::vector<double>& values)
{
    const double most = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (double& value : values)
        sum += value = std::exp(value - most);
    for (double& value : values)
        value /= sum;
}

} // namespace

ReferenceEncoder::Matrix ReferenceEncoder::random(std::size_t count, double scale, double middle)
{
    std::mt19937 engine(m_state++);
    std::normal_distribution<double> normal(middle, scale);
    Matrix matrix;
    for (std::size_t i = 0; i < count; ++i) {
        float value = shortened(normal(engine), 7);
        if (std::abs(value) < 1e-4F)
            value = 0; // too small for f16's normal numbers
        matrix.numbers.push_back(value);
        if (m_type == api::DType::f32) {
            const auto word = std::bit_cast<std::uint32_t>(value);
            const auto* bytes = reinterpret_cast<const std::byte*>(&word);
            matrix.stored.insert(matrix.stored.end(), bytes, bytes + sizeof word);
        } else {
            const std::uint16_t word = m_type == api::DType::bf16
                ? static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16)
                : f16Bits(value);
            const auto* bytes = reinterpret_cast<const std::byte*>(&word);
            matrix.stored.insert(matrix.stored.end(), bytes, bytes + sizeof word);
        }
    }
    return matrix;
}

ReferenceEncoder::ReferenceEncoder(EncoderShape shape, api::DType type, unsigned seed)
    : m_shape(std::move(shape))
    , m_type(type)
    , m_state(seed)
{
    const auto d = static_cast<std::size_t>(m_shape.dModel);
    const auto inner = static_cast<std::size_t>(m_shape.heads * m_shape.dKv);
    const auto dFf = static_cast<std::size_t>(m_shape.dFf);
    const double scale = 1 / std::sqrt(static_cast<double>(d));
    m_embedding = random(static_cast<std::size_t>(m_shape.vocabulary) * d, 1);
    m_bias = random(static_cast<std::size_t>(m_shape.heads * (2 * m_shape.longest - 1)), 0.5);
    m_finalNorm = random(d, 0.1, 1);
    for (const int experts : m_shape.experts) {
        Block& block = m_blocks.emplace_back();
        block.attentionNorm = random(d, 0.1, 1);
        block.queryKeyValue = random(3 * inner * d, scale * 0.5);
        block.output = random(d * inner, scale);
        block.feedForwardNorm = random(d, 0.1, 1);
        block.router = random(static_cast<std::size_t>(experts) * d, 2 * scale);
        for (int i = 0; i < std::max(experts, 1); ++i)
            block.experts.push_back(random(2 * d * dFf, scale));
    }
    m_weights.embedding = m_embedding.stored.data();
    m_weights.bias = m_bias.stored.data();
    m_weights.finalNorm = m_finalNorm.stored.data();
    const std::size_t half = d * dFf * (m_type == api::DType::f32 ? 4 : 2);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block& block = m_blocks[i];
        HostBlock& out = m_weights.blocks.emplace_back();
        out.attentionNorm = block.attentionNorm.stored.data();
        out.queryKeyValue = block.queryKeyValue.stored.data();
        out.output = block.output.stored.data();
        out.feedForwardNorm = block.feedForwardNorm.stored.data();
        if (m_shape.experts[i] > 0) {
            out.router = block.router.stored.data();
        } else {
            out.wi = block.experts[0].stored.data();
            out.wo = block.experts[0].stored.data() + half;
        }
    }
}

const void* ReferenceEncoder::expert(int moeLayer, int expert) const
{
    for (std::size_t i = 0; i < m_blocks.size(); ++i)
        if (m_shape.experts[i] > 0 && moeLayer-- == 0)
            return m_blocks[i].experts[static_cast<std::size_t>(expert)].stored.data();
    return nullptr;
}

void ReferenceEncoder::attend(
    const Block& block, std::vector<double>& hidden, const std::vector<std::int32_t>& offsets) const
{
    const auto d = static_cast<std::size_t>(m_shape.dModel);
    const auto dKv = static_cast<std::size_t>(m_shape.dKv);
    const auto inner = static_cast<std::size_t>(m_shape.heads) * dKv;
    std::vector<std::vector<double>> rows;
    for (std::size_t token = 0; token < hidden.size() / d; ++token)
        rows.push_back(product(
            block.queryKeyValue.numbers.data(), 3 * inner,
            normed(&hidden[token * d], block.attentionNorm.numbers, m_shape.epsilon)));
    for (std::size_t sequence = 0; sequence + 1 < offsets.size(); ++sequence) {
        const auto begin = static_cast<std::size_t>(offsets[sequence]);
        const auto end = static_cast<std::size_t>(offsets[sequence + 1]);
        for (std::size_t query = begin; query < end; ++query) {
            std::vector<double> mixed(inner);
            for (std::size_t head = 0; head < static_cast<std::size_t>(m_shape.heads); ++head) {
                std::vector<double> weights;
                for (std::size_t key = begin; key < end; ++key) {
                    const auto reach = static_cast<std::size_t>(m_shape.longest);
                    double score = m_bias.numbers[head * (2 * reach - 1) + key + reach - 1 - query];
                    for (std::size_t i = 0; i < dKv; ++i)
                        score += rows[query][head * dKv + i] * rows[key][inner + head * dKv + i];
                    weights.push_back(score);
                }
                softmax(weights);
                for (std::size_t key = begin; key < end; ++key)
                    for (std::size_t i = 0; i < dKv; ++i)
                        mixed[head * dKv + i] += weights[key - begin] * rows[key][2 * inner + head * dKv + i];
            }
            const std::vector<double> out = product(block.output.numbers.data(), d, mixed);
            for (std::size_t i = 0; i < d; ++i)
                hidden[query * d + i] += out[i];
        }
    }
}

ReferenceEncoder::Outputs
ReferenceEncoder::run(const std::vector<std::int32_t>& ids, const std::vector<std::int32_t>& offsets) const
{
    const auto d = static_cast<std::size_t>(m_shape.dModel);
    const auto dFf = static_cast<std::size_t>(m_shape.dFf);
    Outputs outputs;
    std::vector<double> hidden;
    for (const std::int32_t id : ids) {
        const auto row = m_embedding.numbers.begin() + static_cast<std::ptrdiff_t>(id) * m_shape.dModel;
        hidden.insert(hidden.end(), row, row + m_shape.dModel);
    }
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block& block = m_blocks[i];
        attend(block, hidden, offsets);
        const auto experts = static_cast<std::size_t>(m_shape.experts[i]);
        std::vector<int> routed(experts);
        for (std::size_t token = 0; token < ids.size(); ++token) {
            const std::vector<double> x
                = normed(&hidden[token * d], block.feedForwardNorm.numbers, m_shape.epsilon);
            std::size_t chosen = 0;
            double scale = 1;
            if (experts > 0) {
                std::vector<double> probabilities = product(block.router.numbers.data(), experts, x);
                softmax(probabilities);
                chosen = static_cast<std::size_t>(
                    std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
                scale = probabilities[chosen];
                ++routed[chosen];
                std::nth_element(
                    probabilities.begin(), probabilities.begin() + 1, probabilities.end(), std::greater<>());
                outputs.narrowestChoice = std::min(outputs.narrowestChoice, scale - probabilities[1]);
            }
            const double* expert = block.experts[chosen].numbers.data();
            std::vector<double> middle = product(expert, dFf, x);
            for (double& value : middle)
                value = std::max(value, 0.0);
            const std::vector<double> out = product(expert + dFf * d, d, middle);
            for (std::size_t j = 0; j < d; ++j)
                hidden[token * d + j] += scale * out[j];
        }
        if (experts > 0)
            outputs.routed.push_back(std::move(routed));
    }
    for (std::size_t token = 0; token < ids.size(); ++token) {
        const std::vector<double> row = normed(&hidden[token * d], m_finalNorm.numbers, m_shape.epsilon);
        outputs.hidden.insert(outputs.hidden.end(), row.begin(), row.end());
    }
    return outputs;
}

} // namespace sida::cuda::test
