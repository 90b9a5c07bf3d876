// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/pooling_note.h"

#include <fmt/format.h>

namespace sida::cli
{

std::string poolingNote(const api::ModelInfo& model, api::Task task, int paddedLength)
{
    const api::HeadPooling& trained = model.headPooling;
    if (model.labels == 0 || !api::classifies(task) || trained.pooling == api::Pooling::unknown)
        return {};
    const api::HeadPooling now{
        paddedLength > 0 ? api::Pooling::padded : api::Pooling::realTokens, paddedLength, {}};
    const bool otherLength = trained.pooling == api::Pooling::padded && trained.paddedLength > 0
        && trained.paddedLength != now.paddedLength;
    if (trained.pooling == now.pooling && !otherLength)
        return {};
    std::string remedy = "leave --paper-pooling out to run it so";
    if (trained.pooling == api::Pooling::padded)
        remedy = fmt::format(
            "--paper-pooling --max-length {} runs it so",
            trained.paddedLength > 0 ? std::to_string(trained.paddedLength) : std::string("N"));
    return fmt::format(
        "the head was trained with pooling over {}{}, and this run pools over {}: {}", api::words(trained),
        trained.source == "layout" ? " (told by the tensors' names; sida convert --head-pooling stores it)"
                                   : "",
        api::words(now), remedy);
}

} // namespace sida::cli
