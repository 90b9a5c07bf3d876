// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/heatmap/heatmap_view.h"

namespace sida::ui
{

HeatmapView::HeatmapView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : QWidget(parent)
    , m_accessory(new QWidget(this))
{
    axis->track(model);
    m_accessory->hide();
}

} // namespace sida::ui
