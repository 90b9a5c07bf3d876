// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"

#include <QString>

namespace sida::ui
{

/// What limited a run, in a sentence or two, by these rules:
/// - waits below 2 % of the batches' time: computation was the limit;
/// - else the cause of most of the waiting is named with its share of the time;
/// - the bus was full when it copied for more than 90 % of the run;
/// - a tenth or more of what was copied ahead unused is called wasted.
QString verdictText(const api::RunHeader& header, const api::Figures& figures);

} // namespace sida::ui
