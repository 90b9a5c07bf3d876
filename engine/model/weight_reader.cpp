// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/weight_reader.h"

#include "engine/base/clock.h"
#include "engine/base/thread.h"
#include "engine/checkpoint/widen.h"
#include "engine/model/compute_type.h"
#include "engine/model/load_options.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace sida::model
{

namespace
{

using checkpoint::StorageType;

/// Memory that one thread fills before it asks for more work: so much that the pieces of two threads seldom
/// share a large page, so little that all threads end together and a stop is answered at once.
constexpr std::uint64_t kPieceBytes = 8 * 1024 * 1024;
/// What is read before it is put elsewhere or rounded: it stays in the second-level cache.
constexpr std::uint64_t kStripBytes = 256 * 1024;
/// A small file costs nothing, and is likely to be loaded again soon.
constexpr std::uint64_t kLargeFile = 256 * 1024 * 1024;

} // namespace

void WeightReader::add(const Tensor& tensor, std::byte* target)
{
    split({tensor, Kind::compute, 0, tensor.entry->elements(), target, 0, 0}, 1);
}

void WeightReader::addRounded(const Tensor& tensor, float* target)
{
    const bool asItIs = m_compute == api::DType::f32;
    split(
        {tensor, asItIs ? Kind::compute : Kind::rounded, 0, tensor.entry->elements(),
         reinterpret_cast<std::byte*>(target), 0, 0},
        1);
}

void WeightReader::addRows(const Tensor& tensor, const MatrixMemory& matrix, std::size_t first)
{
    if (matrix.plain())
        return add(tensor, matrix.row(first));
    m_matrices.push_back(matrix);
    split(
        {tensor, Kind::rows, 0, tensor.entry->elements(), nullptr, m_matrices.size() - 1, first},
        kernels::kPanel * matrix.inputs());
}

/// Into pieces that are multiples of `unit` elements. Of a tensor with strides only the whole can be read.
void WeightReader::split(const Piece& whole, std::uint64_t unit)
{
    const std::uint64_t bytes = whole.kind == Kind::rounded ? sizeof(float) : elementBytes(m_compute);
    const std::uint64_t most = std::max<std::uint64_t>(1, kPieceBytes / bytes / unit) * unit;
    for (std::uint64_t done = 0; done < whole.count;) {
        Piece piece = whole;
        // A rest of less than half a piece goes with the last one.
        const std::uint64_t left = whole.count - done;
        piece.first = done;
        piece.count = whole.tensor.entry->strides.empty() && left >= most + most / 2 ? most : left;
        if (whole.kind == Kind::rows)
            piece.row += done / m_matrices[whole.matrix].inputs();
        else
            piece.target += done * bytes;
        done += piece.count;
        m_pieces.push_back(piece);
    }
}

/// The threads' common state: who reads what next, and how it goes.
class WeightReaders
{
public:
    WeightReaders(const WeightReader& reader, const std::stop_token& stop)
        : m_pieces(reader.m_pieces)
        , m_matrices(reader.m_matrices)
        , m_compute(storageTypeOf(reader.m_compute))
        , m_elementBytes(elementBytes(reader.m_compute))
        , m_stop(stop)
    {
        std::sort(m_pieces.begin(), m_pieces.end(), [](const Piece& a, const Piece& b) {
            if (a.tensor.file != b.tensor.file)
                return a.tensor.file->path() < b.tensor.file->path();
            if (a.tensor.entry->begin != b.tensor.entry->begin)
                return a.tensor.entry->begin < b.tensor.entry->begin;
            return a.first < b.first;
        });
        for (const Piece& piece : m_pieces)
            m_total += bytesOf(piece);
    }

    /// Reads until nothing is left, something failed or the user stopped it; `tell` is called between pieces.
    template <typename Tell>
    void work(const Tell& tell)
    {
        std::vector<std::byte> strip;
        for (;;) {
            const std::size_t index = m_next.fetch_add(1);
            if (index >= m_pieces.size() || m_failed.load() || m_stop.stop_requested())
                return;
            const Piece& piece = m_pieces[index];
            if (Status status = read(piece, strip); !status)
                fail(std::move(status.error()));
            if (piece.tensor.file->fileBytes() > kLargeFile)
                piece.tensor.file->forget(*piece.tensor.entry, piece.first, piece.count);
            m_done.fetch_add(bytesOf(piece));
            tell();
        }
    }

    void report(const ProgressSink& progress)
    {
        constexpr Nanoseconds kBetweenReports = 100'000'000;
        const Nanoseconds now = monotonicNow();
        if (!progress || now - m_lastReport < kBetweenReports)
            return;
        m_lastReport = now;
        const std::uint64_t done = m_done.load();
        const double seconds = static_cast<double>(now - m_begin) * 1e-9;
        const double left
            = done > 0 ? seconds * static_cast<double>(m_total - done) / static_cast<double>(done) : -1;
        progress({"Loading weights", done, m_total, left});
    }

    Status result(const ProgressSink& progress)
    {
        if (m_failed.load())
            return failure(std::move(m_error));
        if (m_stop.stop_requested())
            return failure(ErrorKind::cancelled, "Loading the model was stopped");
        if (progress)
            progress({"Loading weights", m_total, m_total, 0});
        return {};
    }

private:
    using Piece = WeightReader::Piece;
    using Kind = WeightReader::Kind;

    Status read(const Piece& piece, std::vector<std::byte>& strip)
    {
        const checkpoint::TensorFile& file = *piece.tensor.file;
        if (piece.kind == Kind::compute)
            return file.readAs(
                m_compute, *piece.tensor.entry, piece.first,
                {piece.target, static_cast<std::size_t>(piece.count * m_elementBytes)});
        return piece.kind == Kind::rounded ? readRounded(piece) : readRows(piece, strip);
    }

    /// A strip at a time, and of a tensor with strides, which can only be read as a whole, all of it.
    static std::uint64_t stripElements(const Piece& piece, std::uint64_t elementBytes, std::uint64_t unit)
    {
        if (!piece.tensor.entry->strides.empty())
            return piece.count;
        return std::max<std::uint64_t>(1, kStripBytes / elementBytes / unit) * unit;
    }

    Status readRounded(const Piece& piece) const
    {
        auto* target = reinterpret_cast<float*>(piece.target);
        const std::uint64_t most = stripElements(piece, sizeof(float), 1);
        for (std::uint64_t done = 0; done < piece.count; done += most) {
            const std::span<float> values(
                target + done, static_cast<std::size_t>(std::min(most, piece.count - done)));
            SIDA_TRY(piece.tensor.file->readF32(*piece.tensor.entry, piece.first + done, values));
            checkpoint::roundTo(m_compute, values);
        }
        return {};
    }

    Status readRows(const Piece& piece, std::vector<std::byte>& strip) const
    {
        const MatrixMemory& matrix = m_matrices[piece.matrix];
        const std::uint64_t most
            = stripElements(piece, m_elementBytes, kernels::kPanel * std::uint64_t{matrix.inputs()});
        for (std::uint64_t done = 0; done < piece.count; done += most) {
            const std::uint64_t count = std::min(most, piece.count - done);
            strip.resize(std::max(strip.size(), static_cast<std::size_t>(count * m_elementBytes)));
            SIDA_TRY(piece.tensor.file->readAs(
                m_compute, *piece.tensor.entry, piece.first + done,
                std::span(strip).first(static_cast<std::size_t>(count * m_elementBytes))));
            matrix.put(
                piece.row + static_cast<std::size_t>(done) / matrix.inputs(),
                static_cast<std::size_t>(count) / matrix.inputs(), strip.data());
        }
        return {};
    }

    void fail(Error error)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_failed.exchange(true))
            m_error = std::move(error);
    }

    std::uint64_t bytesOf(const Piece& piece) const
    {
        return piece.count * (piece.kind == Kind::rounded ? sizeof(float) : m_elementBytes);
    }

    std::vector<Piece> m_pieces;
    const std::vector<MatrixMemory>& m_matrices;
    const StorageType m_compute;
    const std::uint64_t m_elementBytes;
    const std::stop_token& m_stop;
    std::uint64_t m_total = 0;
    const Nanoseconds m_begin = monotonicNow();
    Nanoseconds m_lastReport = 0;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<std::uint64_t> m_done = 0;
    std::atomic<bool> m_failed = false;
    std::mutex m_mutex;
    Error m_error;
};

Status WeightReader::run(const ProgressSink& progress, const std::stop_token& stop) const
{
    // Most of the time goes into the system's clearing of fresh memory, which needs many cores to keep up
    // with the page cache; more threads than this wait for the same memory.
    constexpr unsigned kMostThreads = 16;
    WeightReaders readers(*this, stop);
    {
        std::vector<std::jthread> helpers;
        const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
        for (unsigned i = 1; i < threads; ++i)
            helpers.push_back(
                startThread("sida-load", [&readers](const std::stop_token&) { readers.work([] {}); }));
        readers.work([&] { readers.report(progress); });
    }
    return readers.result(progress);
}

} // namespace sida::model
