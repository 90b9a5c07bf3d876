// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "ui/run/next_run.h"

#include <QString>

/// What is loaded, in words; the start page and the cards of the run dock say the same.
namespace sida::ui::texts
{

QString partName(Part part);
QString readiness(Readiness readiness);
/// "6 MoE layers of 128 experts"
QString experts(const api::ModelInfo& model);
/// "6.90 GiB of weights, classifier with 2 labels"
QString weights(const api::ModelInfo& model);
/// "872 rows, 25.3 tokens mean, 66 longest"
QString rows(const api::DatasetInfo& dataset);
/// "held-out hash-hit rate 0.946 (top 3)"
QString quality(const api::PredictorInfo& predictor);
QString device(const api::DeviceInfo& device);
/// "73.0 GiB of 79.2 GiB free, copies measured at 53.7 GB/s"
QString deviceMemory(const api::DeviceInfo& device);
/// "1.48 GiB, 20.0 % of everything resident"
QString budget(const api::BudgetPlan& plan);
QString budgetLimits(const api::BudgetPlan& plan);

} // namespace sida::ui::texts
