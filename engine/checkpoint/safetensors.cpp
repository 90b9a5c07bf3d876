// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/safetensors.h"

#include "engine/checkpoint/safetensors_header.h"
#include "engine/checkpoint/tensor_file_state.h"

#include <array>
#include <cstring>
#include <fmt/format.h>

namespace sida::checkpoint
{

namespace fs = std::filesystem;

namespace
{

Status checkHeaderLength(std::uint64_t length, const fs::path& path, std::uint64_t fileBytes)
{
    if (length > kMaxHeaderBytes)
        return badInput(fmt::format(
            "{}: the header claims {} bytes, expected at most {}; this is no safetensors file", path.string(),
            length, kMaxHeaderBytes));
    if (length > fileBytes - sizeof length)
        return badInput(fmt::format(
            "{}: the header claims {} bytes, found {} after its length; the file was cut off", path.string(),
            length, fileBytes - sizeof length));
    return {};
}

} // namespace

SafetensorsFile::SafetensorsFile(std::unique_ptr<State> state)
    : TensorFile(std::move(state))
{
}

Result<SafetensorsFile> SafetensorsFile::open(const fs::path& path)
{
    SIDA_TRY_ASSIGN(std::unique_ptr<State> state, openFile(path, "a safetensors file"));
    std::array<std::byte, 8> raw{};
    if (state->bytes < raw.size())
        return badInput(fmt::format(
            "{}: {} bytes, expected at least 8; this is no safetensors file, or its download was cut off",
            path.string(), state->bytes));
    SIDA_TRY(state->readAt(0, raw));
    std::uint64_t length = 0;
    std::memcpy(&length, raw.data(), raw.size());
    SIDA_TRY(checkHeaderLength(length, path, state->bytes));
    std::string text(length, '\0');
    SIDA_TRY(state->readAt(raw.size(), std::as_writable_bytes(std::span(text))));
    SIDA_TRY_ASSIGN(
        SafetensorsHeader header,
        parseSafetensorsHeader(text, raw.size() + length, state->bytes, path.string()));
    state->tensors = std::move(header.tensors);
    state->byName = std::move(header.byName);
    SafetensorsFile file(std::move(state));
    file.m_metadata = std::move(header.metadata);
    return file;
}

} // namespace sida::checkpoint
