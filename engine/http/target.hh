// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// From a request-target to a path below the root: RFC 9112 section 3.2 (forms),
// RFC 3986 sections 2.1 (percent-encoding) and 5.2.4 (dot segments).
#pragma once

#include "base/bytes.hh"
#include "http/status.hh"

namespace ktcp::http {

// The longest path that is looked up, in bytes with its NUL: PATH_MAX of Linux.
inline constexpr size_t path_capacity = 4096;

struct Target {
    Status error = Status::none; // none: the rest is valid
    bool asterisk = false;       // "*": the server as a whole
    bool missing = false;        // well-formed, but no file can have this name: 404
    bool directory = false;      // the path ended in '/', "." or ".."
    Bytes authority;             // of the absolute-form, where it overrules Host; else empty
    Bytes query;                 // with its '?', as sent; empty without one
    size_t path_size = 0;        // written to `path`
};

// Decodes once, and only then removes dot segments, so that "%2e%2e" is "..".
// Writes the path without leading or trailing '/', and a NUL, to `path`, which has
// room for path_capacity bytes. `target` holds characters of ascii::target only,
// which RequestParser sees to; the views in the result point into it.
[[nodiscard]] Target parse_target(Bytes target, char* path);

} // namespace ktcp::http
