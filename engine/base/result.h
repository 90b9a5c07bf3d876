// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sida
{

/// What kind of failure it is. The command line maps it to its exit status, the window to its wording.
enum class ErrorKind {
    usage, ///< an option or a combination of options that cannot work
    badInput, ///< a file or value from the user that is missing, malformed or does not fit
    io, ///< the system refused to read or write
    budget, ///< more device memory would be needed than the budget allows
    cancelled, ///< the user stopped it
    unsupported, ///< this build or machine cannot do it
    internal, ///< a bug, or an exception from a library
};

/// A failure in the user's words, one line: what it concerns, what was expected, what was found, what to do.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;
};

/// A value, or the reason why there is none. Used across every seam instead of exceptions.
template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> failure(ErrorKind kind, std::string message)
{
    return tl::unexpected<Error>(Error{kind, std::move(message)});
}
inline tl::unexpected<Error> badInput(std::string message)
{
    return failure(ErrorKind::badInput, std::move(message));
}
inline tl::unexpected<Error> failure(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

} // namespace sida

/// Returns the error of EXPRESSION (a Status) from the enclosing function, if it has one.
#define SIDA_TRY(expression)                                                                                 \
    do {                                                                                                     \
        if (auto sidaTryStatus = (expression); !sidaTryStatus)                                               \
            return ::sida::failure(std::move(sidaTryStatus.error()));                                        \
    } while (false)

#define SIDA_TRY_JOIN2(a, b) a##b
#define SIDA_TRY_JOIN(a, b) SIDA_TRY_JOIN2(a, b)
/// SIDA_TRY_ASSIGN(auto file, open(path)): the value of a Result, or return its error.
#define SIDA_TRY_ASSIGN(target, expression)                                                                  \
    auto SIDA_TRY_JOIN(sidaTry, __LINE__) = (expression);                                                    \
    if (!SIDA_TRY_JOIN(sidaTry, __LINE__))                                                                   \
        return ::sida::failure(std::move(SIDA_TRY_JOIN(sidaTry, __LINE__).error()));                         \
    target = std::move(*SIDA_TRY_JOIN(sidaTry, __LINE__))
