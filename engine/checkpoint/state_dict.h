// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"
#include "engine/checkpoint/zip_listing.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sida::checkpoint
{

/// Where the raw bytes of each storage lie, by its key.
using StorageRecords = std::map<std::string, ZipEntry, std::less<>>;

/// The tensors that a pickled state_dict names, or one that a dictionary holds as "model_state_dict", in the
/// order of their data. Each one's type, shape and
/// strides were checked against the bytes that its storage has. `where` begins each message.
Result<std::vector<TensorEntry>>
readStateDict(std::string_view pickle, const StorageRecords& storages, const std::string& where);

} // namespace sida::checkpoint
