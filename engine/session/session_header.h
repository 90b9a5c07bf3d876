// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/session/sqlite_handle.h"

namespace sida::session
{

/// The part of a session that is known before the first row: tables run, provenance and moe_layers.
Status writeHeader(Database& database, const api::RunHeader& header);

struct StoredHeader {
    api::RunHeader header;
    api::RecordingState state = api::RecordingState::running;
    std::string failure;
    std::uint64_t droppedEvents = 0;
};
/// `file` names the session in errors.
Result<StoredHeader> readHeader(Database& database, const std::string& file);

/// A file that cannot be believed: one wording for all its readers.
Error damaged(const std::string& file, const std::string& found);

} // namespace sida::session
