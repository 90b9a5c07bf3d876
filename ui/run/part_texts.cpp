// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/part_texts.h"

#include "ui/host/text.h"

#include <QCoreApplication>
#include <algorithm>

namespace sida::ui::texts
{

namespace
{

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(Texts)
};

} // namespace

QString partName(Part part)
{
    switch (part) {
    case Part::model:
        return Texts::tr("Model");
    case Part::dataset:
        return Texts::tr("Dataset");
    case Part::predictor:
        return Texts::tr("Predictor");
    case Part::device:
        return Texts::tr("Device");
    case Part::budget:
        break;
    }
    return Texts::tr("Budget");
}

QString readiness(Readiness readiness)
{
    switch (readiness) {
    case Readiness::ready:
        return Texts::tr("ready");
    case Readiness::missing:
        return Texts::tr("missing");
    case Readiness::optional:
        return Texts::tr("optional");
    case Readiness::waiting:
        return Texts::tr("waiting");
    case Readiness::loading:
        return Texts::tr("loading");
    case Readiness::failed:
        break;
    }
    return Texts::tr("failed");
}

QString experts(const api::ModelInfo& model)
{
    const auto layers = static_cast<int>(model.moeLayers.size());
    if (layers == 0)
        return Texts::tr("No MoE layer");
    const auto [fewest, most] = std::ranges::minmax(
        model.moeLayers, {}, [](const api::MoeLayerInfo& layer) { return layer.experts; });
    const QString count = fewest.experts == most.experts
        ? countText(static_cast<std::uint64_t>(most.experts))
        : Texts::tr("%1 to %2").arg(fewest.experts).arg(most.experts);
    return layers == 1 ? Texts::tr("1 MoE layer of %1 experts").arg(count)
                       : Texts::tr("%1 MoE layers of %2 experts").arg(layers).arg(count);
}

QString weights(const api::ModelInfo& model)
{
    const std::uint64_t all
        = model.denseBytes + static_cast<std::uint64_t>(model.expertCount) * model.expertBytes;
    const QString size = Texts::tr("%1 of weights").arg(bytesText(all));
    return model.labels > 0 ? Texts::tr("%1, classifier with %2 labels").arg(size).arg(model.labels) : size;
}

QString rows(const api::DatasetInfo& dataset)
{
    const double mean = dataset.samples > 0
        ? static_cast<double>(dataset.tokens) / static_cast<double>(dataset.samples)
        : 0;
    QString text = Texts::tr("%1 rows, %2 tokens mean, %3 longest")
                       .arg(
                           countText(dataset.samples), toText(units::formatNumber(mean)),
                           countText(static_cast<std::uint64_t>(dataset.longest)));
    if (dataset.truncated > 0)
        text += Texts::tr(", %1 cut").arg(countText(dataset.truncated));
    return text;
}

QString quality(const api::PredictorInfo& predictor)
{
    if (predictor.heldOutTop3 >= 0)
        return Texts::tr("Held-out hash-hit rate %1 (top 3)")
            .arg(toText(units::formatNumber(predictor.heldOutTop3)));
    if (predictor.heldOutTop1 >= 0)
        return Texts::tr("Held-out hash-hit rate %1 (top 1)")
            .arg(toText(units::formatNumber(predictor.heldOutTop1)));
    return Texts::tr("Its file says nothing of its quality");
}

QString device(const api::DeviceInfo& device)
{
    return Texts::tr("%1, %2").arg(toText(api::name(device.kind)), toText(device.name));
}

QString deviceMemory(const api::DeviceInfo& device)
{
    QString text = Texts::tr("%1 of %2 free").arg(bytesText(device.freeBytes), bytesText(device.totalBytes));
    if (device.hostToDeviceBytesPerSecond > 0)
        text += Texts::tr(", copies measured at %1")
                    .arg(toText(units::formatRate(device.hostToDeviceBytesPerSecond)));
    return text;
}

QString budget(const api::BudgetPlan& plan)
{
    if (plan.residentBytes == 0)
        return bytesText(plan.budgetBytes);
    const double share = static_cast<double>(plan.budgetBytes) / static_cast<double>(plan.residentBytes);
    return Texts::tr("%1, %2 of everything resident")
        .arg(bytesText(plan.budgetBytes), toText(units::formatPercent(share)));
}

QString budgetLimits(const api::BudgetPlan& plan)
{
    return Texts::tr("Smallest that works %1, everything resident %2")
        .arg(bytesText(plan.smallestBytes), bytesText(plan.residentBytes));
}

} // namespace sida::ui::texts
