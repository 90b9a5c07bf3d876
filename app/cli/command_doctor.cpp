// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/text_table.h"
#include "engine/base/units.h"
#include "engine/report/inspect_json.h"

#include <fmt/format.h>
#include <memory>

namespace sida::cli
{

namespace
{

void writeDoctor(std::ostream& out, const api::DoctorReport& report)
{
    out << "Devices\n";
    for (const api::DeviceInfo& device : report.devices) {
        TextRows rows
            = {{std::string(api::name(device.kind)), device.name},
               {"memory",
                fmt::format(
                    "{}, {} free", units::formatBytes(device.totalBytes),
                    units::formatBytes(device.freeBytes))}};
        const auto addRate = [&](const char* what, double rate) {
            if (rate > 0)
                rows.emplace_back(what, units::formatRate(rate) + ", measured");
        };
        addRate("host to device", device.hostToDeviceBytesPerSecond);
        addRate("from pageable memory", device.pageableBytesPerSecond);
        addRate("copies within it", device.deviceCopyBytesPerSecond);
        addRate("reading its memory", device.deviceReadBytesPerSecond);
        rows.insert(rows.end(), device.details.begin(), device.details.end());
        writeRows(out, rows);
    }
    out << "Host memory\n";
    writeRows(
        out,
        {{"reading", units::formatRate(report.hostReadBytesPerSecond)},
         {"copying", units::formatRate(report.hostCopyBytesPerSecond) + " in blocks of an expert"}});
    out << "Versions\n";
    writeRows(out, report.versions);
    for (const std::string& note : report.notes)
        out << "Note: " << note << '\n';
}

Status execute(bool json, Context& context)
{
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const api::DoctorReport report, context.makeEngine()->doctor(progress.sink(), context.stop));
    progress.wipe();
    if (json)
        context.out << report::doctorJson(report) << '\n';
    else
        writeDoctor(context.out, report);
    return {};
}

} // namespace

Command addDoctor(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand("doctor", "Show devices, memory, measured bandwidth and versions");
    auto json = std::make_shared<bool>(false);
    parser->add_flag("--json", *json, "Print one JSON object");
    return {parser, [json](Context& context) { return execute(*json, context); }};
}

} // namespace sida::cli
