// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A directory for people (an HTML table) and for programs (JSON), piece by piece, so
// that its size does not matter.
#pragma once

#include "base/writer.hh"
#include "ktcp/protocol.h"

namespace ktcp::http {

// JSON is an array of objects, one a line: name, type ("file", "directory", "other"),
// mtime (IMF-fixdate), size (of files, in bytes), as nginx's autoindex has them; and
// href, the link, which is exact where the name is not UTF-8 and so cannot be.
enum class ListingFormat : uint8_t { html, json };

struct ListingOrder {
    enum class Key : uint8_t { name, size, modified };

    Key key = Key::name;
    bool descending = false;
};

// "?C=S&O=D": the column is N(ame), S(ize) or M(odified), the order A(scending) or
// D(escending), and ';' does as well as '&', as in Apache's listings. Other parameters
// say nothing; where one of the two has another value, the order is the default one.
ListingOrder listing_order_of(Bytes query);

// What each of the pieces takes at most, in bytes, in either format.
inline constexpr size_t listing_begin_max = 3500;
inline constexpr size_t listing_row_max = 2700;
inline constexpr size_t listing_end_max = 64;

// `path` as in a resource request: "" is the root, which has no parent link. The
// entries come in that order if they are `sorted`, otherwise as they come.
void put_listing_begin(Writer& out, ListingFormat format, Bytes path, ListingOrder order,
                       bool sorted);
void put_listing_row(Writer& out, ListingFormat format, const ktcp_entry& entry, bool first);
void put_listing_end(Writer& out, ListingFormat format);

} // namespace ktcp::http
