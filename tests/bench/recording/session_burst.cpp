// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How many events a second a session takes before it loses any: session_burst FILE.sida EVENTS_A_SECOND
// SECONDS. Two threads record uses and copies at that rate together, a millisecond's worth at a time, through
// the recorder of a run into a session. Prints what was recorded, what was lost and the processor time that
// writing took.
#include "engine/base/clock.h"
#include "engine/profile/recorder.h"
#include "engine/profile/recording_pump.h"
#include "engine/session/recording_limit.h"
#include "engine/session/session.h"

#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <thread>

namespace
{

using namespace sida;

constexpr std::uint16_t kLayers = 6;
constexpr std::uint16_t kExperts = 128;

api::RunHeader header()
{
    api::RunHeader header;
    header.modelName = "burst";
    for (int layer = 0; layer < kLayers; ++layer) {
        header.moeLayers.push_back(fmt::format("encoder.block.{}.layer.1.mlp", 2 * layer + 1));
        header.expertsPerLayer.push_back(kExperts);
    }
    return header;
}

ExpertKey keyOf(std::uint64_t number)
{
    return {
        static_cast<std::uint16_t>(number / kExperts % kLayers),
        static_cast<std::uint16_t>(number % kExperts)};
}

/// `perMs` events in each of so many milliseconds, at the time of each.
template <typename Record>
void play(std::uint64_t perMs, std::uint64_t milliseconds, Record&& record)
{
    const Nanoseconds begin = monotonicNow();
    std::uint64_t number = 0;
    for (std::uint64_t ms = 0; ms < milliseconds; ++ms) {
        const Nanoseconds due = begin + static_cast<Nanoseconds>(ms) * 1'000'000;
        if (const Nanoseconds early = due - monotonicNow(); early > 0)
            std::this_thread::sleep_for(std::chrono::nanoseconds(early));
        for (std::uint64_t i = 0; i < perMs; ++i, ++number)
            record(number, due - begin + static_cast<Nanoseconds>(i));
    }
}

int measure(const char* file, std::uint64_t rate, std::uint64_t seconds)
{
    auto writer = session::SessionWriter::create(file, header(), true);
    if (!writer) {
        fmt::print(stderr, "{}\n", writer.error().message);
        return 1;
    }
    session::RecordingLimit limit(**writer, 0, 0);
    profile::Recorder recorder;
    profile::RecordingPump pump(
        recorder, header(), &limit, {}, [](const Error& error) { fmt::print(stderr, "{}\n", error.message); },
        false);
    auto& inference = recorder.addProducer("inference");
    auto& transfer = recorder.addProducer("transfer");
    const std::uint64_t perMs = rate / 2000;
    const Nanoseconds begin = monotonicNow();
    {
        const std::jthread uses([&] {
            play(perMs, seconds * 1000, [&](std::uint64_t number, Nanoseconds time) {
                inference.record(api::UseRow{
                    static_cast<std::uint32_t>(number / 512), keyOf(number), 3, 2, api::Outcome::hit, 7,
                    time + 1});
            });
        });
        const std::jthread copies([&] {
            play(perMs, seconds * 1000, [&](std::uint64_t number, Nanoseconds time) {
                api::TransferRow row;
                row.key = keyOf(number);
                row.batch = static_cast<std::uint32_t>(number / 512);
                row.bytes = 1 << 20;
                row.queued = row.begin = time;
                row.end = time + 1;
                transfer.record(row);
            });
        });
    }
    const double recording = static_cast<double>(monotonicNow() - begin) * 1e-9;
    const auto rows = pump.finish(api::RecordingState::complete, {});
    const double whole = static_cast<double>(monotonicNow() - begin) * 1e-9;
    const Status closed
        = (*writer)->finish(api::RecordingState::complete, {}, pump.figures(), limit.leftOut());
    if (!closed) {
        fmt::print(stderr, "{}\n", closed.error().message);
        return 1;
    }
    fmt::print(
        "{} events in {:.2f} s ({:.0f} a second), {} lost; in the session {:.2f} s after the last of them; "
        "{:.2f} s of processor time\n",
        2 * perMs * seconds * 1000, recording, static_cast<double>(2 * perMs * seconds * 1000) / recording,
        rows->rows.droppedEvents, whole - recording, pump.cpuSeconds());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4) {
        fmt::print(stderr, "usage: session_burst FILE.sida EVENTS_A_SECOND SECONDS\n");
        return 2;
    }
    return measure(argv[1], std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
}
