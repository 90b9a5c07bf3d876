// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/label_names.h"

#include "engine/checkpoint/quote.h"

#include <algorithm>

namespace sida::dataset
{

namespace
{

constexpr std::size_t kListed = 6;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equalWithoutCase(std::string_view a, std::string_view b)
{
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

LabelNames::LabelNames(api::Task task, int count, const std::vector<std::string>& model)
{
    for (std::size_t label = 0; label < model.size() && label < static_cast<std::size_t>(count); ++label)
        add(model[label], static_cast<int>(label));
    if (count != 2)
        return;
    switch (task) {
    case api::Task::sst2:
        add("negative", 0);
        add("positive", 1);
        break;
    case api::Task::mrpc:
        add("not_equivalent", 0);
        add("equivalent", 1);
        break;
    case api::Task::rte:
    case api::Task::classify: // GLUE's RTE has the columns of several tasks; only its labels tell it
        add("entailment", 0);
        add("not_entailment", 1);
        break;
    case api::Task::multirc:
        add("False", 0);
        add("True", 1);
        break;
    case api::Task::text:
    case api::Task::seq2seq:
    case api::Task::score:
        break;
    }
}

void LabelNames::add(std::string_view name, int label)
{
    const auto known = [&](const auto& other) { return other.first == name; };
    if (std::none_of(m_names.begin(), m_names.end(), known))
        m_names.emplace_back(name, label);
}

std::optional<int> LabelNames::find(std::string_view name) const
{
    auto found = std::find_if(
        m_names.begin(), m_names.end(), [&](const auto& known) { return known.first == name; });
    if (found == m_names.end())
        found = std::find_if(m_names.begin(), m_names.end(), [&](const auto& known) {
            return equalWithoutCase(known.first, name);
        });
    return found == m_names.end() ? std::nullopt : std::optional(found->second);
}

std::string LabelNames::list() const
{
    std::string text;
    for (std::size_t i = 0; i < m_names.size() && i < kListed; ++i)
        text += " or " + checkpoint::quote(m_names[i].first, 40);
    return m_names.size() > kListed ? text + " and so on" : text;
}

} // namespace sida::dataset
