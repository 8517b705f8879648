// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>

namespace htstress {

// Why a request did not come off. The first three are socket errors (not answered), the others
// bad requests (answered, but not as it should be).
enum class Failure : std::uint8_t {
    connect, // no connection came about
    timeout, // of connecting or of the answer
    reset,   // the connection was ended before the answer was whole
    status,  // 400 and above, or not the one that was asked for
    body,    // framing, length or checksum are wrong
};

inline constexpr std::size_t failure_kinds = 5;

// As the reports call it.
constexpr const char* name_of(Failure failure) {
    constexpr const char* names[failure_kinds] = {"connect", "timeout", "reset", "status", "body"};
    return names[static_cast<std::size_t>(failure)];
}

constexpr bool is_socket_error(Failure failure) { return failure <= Failure::reset; }

} // namespace htstress
