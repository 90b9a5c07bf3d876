// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/verdict.h"

#include "ui/host/text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace sida::ui
{

namespace
{

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Verdict)
};

constexpr double kNoWait = 0.02;
constexpr double kFullBus = 0.9;
constexpr double kMuchWasted = 0.1;

QString percent(double share)
{
    return toText(units::formatPercent(share));
}

QString because(api::StallCause cause)
{
    switch (cause) {
    case api::StallCause::late:
        return Words::tr("because copies had begun too late; a longer lookahead begins them sooner");
    case api::StallCause::unpredicted:
        return Words::tr("for experts that nothing had foretold; a better predictor fetches them, a larger "
                         "budget keeps them");
    case api::StallCause::evictedEarly:
        return Words::tr("for experts that had been evicted before their use; a larger budget keeps them");
    case api::StallCause::busSaturated:
        return Words::tr("behind a full bus; a larger budget copies less, a larger batch shares each copy "
                         "among more tokens");
    }
    return {};
}

} // namespace

QString verdictText(const api::RunHeader& header, const api::Figures& figures)
{
    const double batchMs = figures.latencyMeanMs * static_cast<double>(figures.batches);
    if (figures.batches == 0 || !(batchMs > 0))
        return Words::tr("No batch has ended yet, so there is nothing to judge.");
    QStringList sentences;
    const double waited = figures.stallMs / batchMs;
    if (waited < kNoWait) {
        sentences
            << (header.policy == api::Policy::resident
                    ? Words::tr("Computation was the limit: every expert was on the device.")
                    : Words::tr("Computation was the limit: waiting for experts took %1 of the time.")
                          .arg(percent(waited)));
    } else {
        const auto most = std::ranges::max_element(figures.stallMsByCause);
        const auto cause = static_cast<api::StallCause>(most - figures.stallMsByCause.begin());
        sentences << Words::tr("It waited for experts %1 of the time, %2 of that %3.")
                         .arg(percent(waited), percent(*most / figures.stallMs), because(cause));
    }
    if (figures.seconds > 0 && figures.transferSeconds / figures.seconds > kFullBus)
        sentences << Words::tr("The bus copied %1 of the time and was full.")
                         .arg(percent(std::min(1.0, figures.transferSeconds / figures.seconds)));
    if (figures.prefetchedBytes > 0) {
        const double wasted
            = static_cast<double>(figures.wastedBytes) / static_cast<double>(figures.prefetchedBytes);
        if (wasted >= kMuchWasted)
            sentences
                << Words::tr("%1 of what was copied ahead was evicted without a use.").arg(percent(wasted));
    }
    return sentences.join(QLatin1Char(' '));
}

} // namespace sida::ui
