// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/results.h"

#include <QAbstractTableModel>
#include <memory>

namespace sida::ui
{

/// Ways of guessing the next experts side by side: chance, tables, the predictor, the truth.
class GuessModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { name, top1, top3, precision, recall, misses, prefetched, wasted, time, columns };

    explicit GuessModel(QObject* parent = nullptr);

    void setResult(std::shared_ptr<const api::EvaluateResult> result);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    QString asText() const;

private:
    QString text(const api::GuessFigures& row, int column) const;

    std::shared_ptr<const api::EvaluateResult> m_result;
};

} // namespace sida::ui
