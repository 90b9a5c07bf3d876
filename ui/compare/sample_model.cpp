// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/sample_model.h"

#include "ui/host/text.h"
#include "ui/theme/theme_manager.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace sida::ui
{

namespace
{

constexpr int kFixed = 3; ///< sample, label, equal

QString millisecondsText(double ms)
{
    return toText(units::formatDuration(std::llround(ms * 1e6)));
}

QString answerText(std::int32_t answer)
{
    return answer < 0 ? QStringLiteral("-") : QString::number(answer);
}

} // namespace

void SampleModel::setRuns(std::shared_ptr<const ComparedRuns> runs)
{
    beginResetModel();
    m_runs = std::move(runs);
    m_all.clear();
    if (m_runs) {
        std::unordered_map<std::uint64_t, std::size_t> places;
        for (std::size_t run = 0; run < m_runs->runs.size(); ++run) {
            const api::RecordingChunk& rows = m_runs->runs[run].recording->rows;
            std::unordered_map<std::uint32_t, double> batchMs;
            for (const api::BatchRow& batch : rows.batches)
                batchMs[batch.batch] = static_cast<double>(batch.end - batch.begin) / 1e6;
            for (const api::SampleRow& sample : rows.samples) {
                if (run == 0 && !places.contains(sample.index)) {
                    places.emplace(sample.index, m_all.size());
                    m_all.push_back({sample.index, sample.label, true, {}});
                }
                const auto found = places.find(sample.index);
                if (found == places.end() || m_all[found->second].answers.size() != run)
                    continue;
                m_all[found->second].answers.push_back({sample.prediction, batchMs[sample.batch]});
            }
        }
        std::erase_if(m_all, [&](const Row& row) { return row.answers.size() != m_runs->runs.size(); });
        for (Row& row : m_all)
            row.equal = std::all_of(row.answers.begin(), row.answers.end(), [&](const Answer& answer) {
                return answer.prediction == row.answers.front().prediction;
            });
        std::sort(m_all.begin(), m_all.end(), [](const Row& a, const Row& b) { return a.sample < b.sample; });
    }
    list();
    endResetModel();
}

void SampleModel::setOnlyDifferent(bool only)
{
    beginResetModel();
    m_onlyDifferent = only;
    list();
    endResetModel();
}

void SampleModel::list()
{
    m_listed.clear();
    for (std::size_t i = 0; i < m_all.size(); ++i)
        if (!m_onlyDifferent || !m_all[i].equal)
            m_listed.push_back(i);
}

std::size_t SampleModel::different() const
{
    return static_cast<std::size_t>(
        std::count_if(m_all.begin(), m_all.end(), [](const Row& row) { return !row.equal; }));
}

int SampleModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_listed.size());
}

int SampleModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : kFixed + 2 * runs();
}

QVariant SampleModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = this->row(index.row());
    const int column = index.column();
    const int run = (column - kFixed) / 2;
    const bool isTime = column >= kFixed && (column - kFixed) % 2 == 1;
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((column == 2 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ForegroundRole && column == 2 && !row.equal)
        return ThemeManager::instance().theme().color(Role::missing);
    if (role != Qt::DisplayRole && role != kSortRole)
        return {};
    const bool sorts = role == kSortRole;
    if (column == 0)
        return sorts ? QVariant(static_cast<qulonglong>(row.sample)) : QVariant(countText(row.sample));
    if (column == 1)
        return sorts ? QVariant(row.label) : QVariant(answerText(row.label));
    if (column == 2)
        return sorts ? QVariant(row.equal ? 1 : 0) : QVariant(row.equal ? tr("equal") : tr("different"));
    const Answer& answer = row.answers[static_cast<std::size_t>(run)];
    if (isTime)
        return sorts ? QVariant(answer.batchMs) : QVariant(millisecondsText(answer.batchMs));
    return sorts ? QVariant(answer.prediction) : QVariant(answerText(answer.prediction));
}

QVariant SampleModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == 2 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return tr("Sample");
    if (section == 1)
        return tr("Label");
    if (section == 2)
        return tr("Answers");
    const QString letter = toText(api::runLetter(static_cast<std::size_t>((section - kFixed) / 2)));
    return (section - kFixed) % 2 == 0 ? tr("%1 answers").arg(letter) : tr("%1 batch time").arg(letter);
}

} // namespace sida::ui
