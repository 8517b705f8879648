// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A directory as an HTML table, piece by piece, so that its size does not matter.
#pragma once

#include "base/writer.hh"
#include "ktcp/protocol.h"

namespace ktcp::http {

// What each of the pieces takes at most, in bytes.
inline constexpr size_t listing_begin_max = 3500;
inline constexpr size_t listing_row_max = 2700;
inline constexpr size_t listing_end_max = 64;

// `path` as in a resource request: "" is the root, which has no parent link.
void put_listing_begin(Writer& out, Bytes path);
void put_listing_row(Writer& out, const ktcp_entry& entry);
void put_listing_end(Writer& out);

} // namespace ktcp::http
