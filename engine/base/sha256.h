// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sida
{

/// Incremental SHA-256 (libcrypto), used to tell models, predictors and datasets apart.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(std::span<const std::byte> bytes);
    void update(std::string_view text);
    /// Lower-case hexadecimal digest; call once, last.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida
