// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/capture_file.h"

#include "engine/base/units.h"
#include "engine/checkpoint/json.h"
#include "engine/predictor/capture.h"
#include "engine/predictor/stage_progress.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sida::predictor
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view kWhatToDo = "delete the file to capture again";

/// A file descriptor that is closed, with whole reads and writes.
class RoutingFile
{
public:
    RoutingFile() = default;
    ~RoutingFile()
    {
        if (m_file >= 0)
            ::close(m_file);
    }
    RoutingFile(const RoutingFile&) = delete;
    RoutingFile& operator=(const RoutingFile&) = delete;

    Status open(const fs::path& path)
    {
        m_path = path;
        m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
        struct stat info {
        };
        if (m_file < 0 || ::fstat(m_file, &info) != 0)
            return failed("cannot be opened for the capture");
        if (!S_ISREG(info.st_mode))
            return badInput(fmt::format("{}: expected a regular file for the capture", path.string()));
        m_bytes = static_cast<std::uint64_t>(info.st_size);
        return {};
    }
    std::uint64_t bytes() const { return m_bytes; }
    const fs::path& path() const { return m_path; }

    Status read(std::uint64_t offset, std::span<std::byte> out) const
    {
        while (!out.empty()) {
            const ssize_t got = ::pread(m_file, out.data(), out.size(), static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return failed("cannot be read");
            if (got == 0)
                return badInput(fmt::format(
                    "{}: ends at byte {}, where routing was captured before; {}", m_path.string(), offset,
                    kWhatToDo));
            offset += static_cast<std::uint64_t>(got);
            out = out.subspan(static_cast<std::size_t>(got));
        }
        return {};
    }
    Status append(std::span<const std::byte> in)
    {
        while (!in.empty()) {
            const ssize_t put = ::pwrite(m_file, in.data(), in.size(), static_cast<off_t>(m_bytes));
            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return failed("cannot be written");
            m_bytes += static_cast<std::uint64_t>(put);
            in = in.subspan(static_cast<std::size_t>(put));
        }
        return {};
    }
    /// To the length of what is whole.
    Status cut(std::uint64_t bytes)
    {
        if (m_bytes > bytes && ::ftruncate(m_file, static_cast<off_t>(bytes)) != 0)
            return failed("cannot be cut to its last whole part");
        m_bytes = std::min(m_bytes, bytes);
        return {};
    }

private:
    tl::unexpected<Error> failed(std::string_view what) const
    {
        return failure(ErrorKind::io, fmt::format("{}: {}: {}", m_path.string(), what, std::strerror(errno)));
    }

    fs::path m_path;
    int m_file = -1;
    std::uint64_t m_bytes = 0;
};

/// Names the first field in which the file's header is not the one expected.
tl::unexpected<Error>
otherCapture(const fs::path& path, std::string_view expected, std::string_view foundText)
{
    const auto wanted = nlohmann::json::parse(expected.substr(kCapturePrefix), nullptr, false);
    const auto found = checkpoint::parseJson(foundText, path.string());
    if (!found || !found->is_object())
        return badInput(fmt::format(
            "{}: expected a capture of routing, found a damaged header; {}", path.string(), kWhatToDo));
    for (const auto& [field, value] : wanted.items()) {
        const auto same = found->find(field);
        if (same == found->end() || *same != value)
            return badInput(fmt::format(
                "{}: captured with another model, other data or other options: {}: expected {}, found {}; "
                "name another file or delete this one",
                path.string(), field, value.dump().substr(0, 80),
                same == found->end()
                    ? "nothing"
                    : same->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).substr(0, 80)));
    }
    return badInput(fmt::format("{}: the header is damaged; {}", path.string(), kWhatToDo));
}

/// The header of a file that holds something.
Status checkHeader(const RoutingFile& file, std::string_view expected)
{
    std::string prefix(kCapturePrefix, '\0');
    const auto bytesOf = [](std::string& text) { return std::as_writable_bytes(std::span(text)); };
    if (file.bytes() >= prefix.size())
        SIDA_TRY(file.read(0, bytesOf(prefix)));
    if (!prefix.starts_with(kCaptureMagic))
        return badInput(fmt::format(
            "{}: expected a capture of routing, found another file; name one that is not there",
            file.path().string()));
    std::uint32_t version = 0;
    std::uint32_t size = 0;
    std::memcpy(&version, prefix.data() + 8, sizeof version);
    std::memcpy(&size, prefix.data() + 12, sizeof size);
    if (version != kCaptureVersion)
        return badInput(fmt::format(
            "{}: capture format version {}, this program writes and reads {}; {}", file.path().string(),
            version, kCaptureVersion, kWhatToDo));
    if (size > kLargestCaptureHeader || kCapturePrefix + size > file.bytes())
        return badInput(
            fmt::format("{}: the capture's header is damaged; {}", file.path().string(), kWhatToDo));
    std::string text(size, '\0');
    SIDA_TRY(file.read(kCapturePrefix, bytesOf(text)));
    if (prefix + text != expected)
        return otherCapture(file.path(), expected, text);
    return {};
}

Status checkSpace(const fs::path& path, std::uint64_t bytes)
{
    std::error_code error;
    const fs::path folder = fs::absolute(path, error).parent_path();
    const fs::space_info space = fs::space(folder, error);
    if (error || space.available >= bytes)
        return {};
    return failure(
        ErrorKind::io,
        fmt::format(
            "{}: the captured routing needs {}, the disk has {} left; use fewer samples (--limit) or name a "
            "file on another disk (--capture)",
            path.string(), units::formatBytes(bytes), units::formatBytes(space.available)));
}

} // namespace

struct CaptureFile::State {
    RoutingFile file;
    SampleIndex index;
    CaptureLayout layout;
    int vocabulary = 0;
    std::uint64_t reusedTokens = 0;
    std::uint64_t peakBytes = 0;
    mutable std::vector<std::byte> records;

    Result<std::size_t> takeWhatIsThere(const ProgressSink& progress, const std::stop_token& stop);
    Status checkComplete(std::size_t chunks, bool resume) const;
    Status checkRead(const CapturedTokens& tokens) const;
    Status captureFrom(
        std::size_t first, const model::Model& model, const dataset::Dataset& data, int topT, int batchSize,
        const ProgressSink& progress, const std::stop_token& stop);
};

/// The number of whole chunks; what follows the last is cut off.
Result<std::size_t>
CaptureFile::State::takeWhatIsThere(const ProgressSink& progress, const std::stop_token& stop)
{
    std::string_view expected = layout.header;
    if (file.bytes() < expected.size()) {
        // Ended while the header was being written, or something else altogether.
        std::string start(file.bytes(), '\0');
        SIDA_TRY(file.read(0, std::as_writable_bytes(std::span(start))));
        if (!expected.starts_with(start))
            SIDA_TRY(checkHeader(file, expected));
        SIDA_TRY(file.cut(0));
        SIDA_TRY(file.append(std::as_bytes(std::span(expected))));
        return 0;
    }
    SIDA_TRY(checkHeader(file, expected));
    if (file.bytes() > layout.fileBytes)
        return badInput(fmt::format(
            "{}: expected {} bytes, found {}; {}", file.path().string(), layout.fileBytes, file.bytes(),
            kWhatToDo));
    std::size_t whole = 0;
    while (whole < layout.chunks.size()
           && layout.chunks[whole].offset + kChunkHeader + layout.chunks[whole].payload <= file.bytes())
        ++whole;
    StageProgress stage(progress, "Checking the captured routing", whole);
    for (std::size_t i = 0; i < whole; ++i) {
        if (stop.stop_requested())
            return failure(ErrorKind::cancelled, "Training was stopped; nothing was written");
        const CaptureLayout::Chunk& chunk = layout.chunks[i];
        records.resize(kChunkHeader + chunk.payload);
        SIDA_TRY(file.read(chunk.offset, records));
        const std::span payload = std::span(records).subspan(kChunkHeader);
        const auto header = chunkHeader(i, payload);
        if (!std::equal(header.begin(), header.end(), records.begin()))
            return badInput(fmt::format(
                "{}: part {} of {}, at byte {}, is damaged: its digest is another; {}", file.path().string(),
                i + 1, layout.chunks.size(), chunk.offset, kWhatToDo));
        reusedTokens += chunk.payload / layout.recordBytes;
        peakBytes = std::max<std::uint64_t>(peakBytes, records.capacity());
        stage.report(i + 1);
    }
    return whole;
}

Status CaptureFile::State::checkComplete(std::size_t chunks, bool resume) const
{
    if (resume || chunks == layout.chunks.size() || file.bytes() <= layout.header.size())
        return {};
    return failure(
        ErrorKind::usage,
        fmt::format(
            "{}: the capture ends after {} of {} samples; go on with --resume, or delete the file",
            file.path().string(),
            units::formatCount(
                chunks == 0 ? 0 : layout.chunks[chunks - 1].firstSample + layout.chunks[chunks - 1].samples),
            units::formatCount(index.samples())));
}

/// A digest tells an accident, not a forger: numbers from a file never index anything unchecked.
Status CaptureFile::State::checkRead(const CapturedTokens& tokens) const
{
    bool sound = std::all_of(
        tokens.ids.begin(), tokens.ids.end(), [this](std::int32_t id) { return id >= 0 && id < vocabulary; });
    for (std::size_t l = 0; l < tokens.layers.size(); ++l)
        sound = sound
            && std::all_of(
                    tokens.layers[l].indices.begin(), tokens.layers[l].indices.end(),
                    [experts = layout.layers[l].experts](std::uint16_t expert) { return expert < experts; });
    if (sound)
        return {};
    return badInput(fmt::format(
        "{}: holds token ids or experts that the model does not have; {}", file.path().string(), kWhatToDo));
}

Status CaptureFile::State::captureFrom(
    std::size_t first, const model::Model& model, const dataset::Dataset& data, int topT, int batchSize,
    const ProgressSink& progress, const std::stop_token& stop)
{
    const CaptureLayout::Chunk& begin = layout.chunks[first];
    SIDA_TRY(file.cut(begin.offset));
    SIDA_TRY(checkSpace(file.path(), layout.fileBytes - begin.offset));
    const std::uint64_t left = index.samples() - begin.firstSample;
    StageProgress stage(progress, "Capturing the routers' choices", left);
    std::vector<dataset::Sample> samples;
    std::size_t number = first;
    std::uint64_t done = 0;
    const auto finishChunk = [&]() -> Status {
        SIDA_TRY_ASSIGN(
            const Capture captured,
            captureSamples(
                model, samples, topT, batchSize, [&](std::uint64_t some) { stage.report(done + some); },
                stop));
        const auto payload = encodeChunk(layout, samples, captured);
        const auto header = chunkHeader(number, payload);
        peakBytes = std::max(peakBytes, captured.bytes() + payload.capacity());
        SIDA_TRY(file.append(header));
        SIDA_TRY(file.append(payload));
        done += samples.size();
        ++number;
        samples.clear();
        return {};
    };
    const auto changed = [&] {
        return badInput(fmt::format(
            "{}: the file was changed after it had been loaded; load it again", data.info.path.string()));
    };
    SIDA_TRY(forEachSample(
        data, begin.firstSample,
        [&](const dataset::Sample& sample) -> Status {
            const std::uint64_t at = begin.firstSample + done + samples.size();
            if (number == layout.chunks.size() || index.length(at) != sample.ids.size())
                return changed();
            samples.push_back({sample.ids});
            return samples.size() == layout.chunks[number].samples ? finishChunk() : Status();
        },
        stop));
    return number == layout.chunks.size() ? Status() : changed();
}

Result<CaptureFile> CaptureFile::capture(
    const model::Model& model, const dataset::Dataset& data, const CaptureRequest& request,
    const ProgressSink& progress, const std::stop_token& stop)
{
    auto state = std::make_unique<State>();
    SIDA_TRY_ASSIGN(state->index, indexSamples(model.info(), data, stop));
    state->layout = captureLayout(model.info(), data.info, state->index, request.topT);
    state->vocabulary = model.info().vocabulary;
    SIDA_TRY(state->file.open(request.path));
    SIDA_TRY_ASSIGN(const std::size_t whole, state->takeWhatIsThere(progress, stop));
    SIDA_TRY(state->checkComplete(whole, request.resume));
    if (whole < state->layout.chunks.size())
        SIDA_TRY(state->captureFrom(whole, model, data, request.topT, request.batchSize, progress, stop));
    return CaptureFile(std::move(state));
}

CaptureFile::CaptureFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
CaptureFile::~CaptureFile() = default;
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;

const SampleIndex& CaptureFile::index() const
{
    return m_state->index;
}
std::vector<int> CaptureFile::experts() const
{
    std::vector<int> experts;
    for (const CaptureLayout::Layer& layer : layers())
        experts.push_back(layer.experts);
    return experts;
}
const std::vector<CaptureLayout::Layer>& CaptureFile::layers() const
{
    return m_state->layout.layers;
}
const fs::path& CaptureFile::path() const
{
    return m_state->file.path();
}
std::uint64_t CaptureFile::bytes() const
{
    return m_state->layout.fileBytes;
}
std::uint64_t CaptureFile::reusedTokens() const
{
    return m_state->reusedTokens;
}
std::uint64_t CaptureFile::peakBytes() const
{
    return m_state->peakBytes;
}

Status CaptureFile::read(std::span<const std::uint64_t> samples, CapturedTokens& tokens) const
{
    const State& s = *m_state;
    std::uint64_t all = 0;
    tokens.lengths.clear();
    for (const std::uint64_t sample : samples) {
        all += s.index.length(sample);
        tokens.lengths.push_back(static_cast<int>(s.index.length(sample)));
    }
    tokens.ids.resize(all);
    tokens.layers.resize(s.layout.layers.size());
    for (std::size_t l = 0; l < tokens.layers.size(); ++l) {
        tokens.layers[l].top = s.layout.layers[l].top;
        tokens.layers[l].indices.resize(all * static_cast<std::uint64_t>(tokens.layers[l].top));
        tokens.layers[l].logits.resize(tokens.layers[l].indices.size());
    }
    std::uint64_t token = 0;
    for (const std::uint64_t sample : samples) {
        const CaptureLayout::Chunk& chunk = s.layout.chunks[s.layout.chunkOf(sample)];
        const std::uint64_t before = s.index.firstToken[sample] - s.index.firstToken[chunk.firstSample];
        s.records.resize(s.index.length(sample) * s.layout.recordBytes);
        SIDA_TRY(s.file.read(chunk.offset + kChunkHeader + before * s.layout.recordBytes, s.records));
        const std::byte* from = s.records.data();
        for (std::uint64_t i = 0; i < s.index.length(sample); ++i, ++token) {
            tokens.ids[token] = recordId(from);
            const std::byte* stored = from + sizeof(std::int32_t);
            for (std::size_t l = 0; l < tokens.layers.size(); ++l) {
                const CaptureLayout::Layer& layer = s.layout.layers[l];
                const auto at = token * static_cast<std::uint64_t>(layer.top);
                recordLayer(
                    layer, stored, tokens.layers[l].indices.data() + at, tokens.layers[l].logits.data() + at);
                stored += layer.bytes();
            }
            from += s.layout.recordBytes;
        }
    }
    return s.checkRead(tokens);
}

} // namespace sida::predictor
