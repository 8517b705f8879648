// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Media types by file name extension (RFC 9110 section 8.3.1). The table is made
// at build time from Debian's media-types package by scripts/media_types.awk.
#pragma once

#include "base/bytes.hh"

namespace ktcp::http {

inline constexpr Bytes html_type = "text/html; charset=utf-8"_b;
inline constexpr Bytes plain_text_type = "text/plain; charset=utf-8"_b;
inline constexpr Bytes default_type = "application/octet-stream"_b;

// The value of Content-Type for a file at `path`, by its last extension, without
// regard to case; textual types carry "; charset=utf-8".
Bytes media_type_of(Bytes path);

// Do content codings make content of this type (a value of media_type_of()) smaller?
// False where it is compressed in itself, as most images are.
bool is_compressible(Bytes media_type);

} // namespace ktcp::http
