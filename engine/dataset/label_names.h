// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sida::dataset
{

/// Numbers of the labels that stand in a file as words: as the model's config names them, and besides as the
/// benchmark does whose task it is.
class LabelNames
{
public:
    /// `model` is the config's id2label, or empty; `count` the number of classes.
    LabelNames(api::Task task, int count, const std::vector<std::string>& model);

    /// Exactly as written, or else without regard to case (ASCII).
    std::optional<int> find(std::string_view name) const;
    /// " or 'negative' or 'positive'", the first ones, for messages; empty when no name is known.
    std::string list() const;

private:
    /// Unless the name is known: what the model says comes first.
    void add(std::string_view name, int label);

    std::vector<std::pair<std::string, int>> m_names;
};

} // namespace sida::dataset
